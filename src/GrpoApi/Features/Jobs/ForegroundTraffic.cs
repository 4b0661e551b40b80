namespace GrpoApi.Features.Jobs;

/// <summary>Whether callers wait for answers of this process: then jobs step back.</summary>
internal sealed class ForegroundTraffic(TimeProvider time)
{
    // A trainer's next request comes soon after its last; between them a job would fill the batch again.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(2);
    private int _waiting;
    private long _last = long.MinValue;

    /// <summary>Whether somebody waits, or did a moment ago.</summary>
    public bool IsActive => Volatile.Read(ref _waiting) > 0 || (Volatile.Read(ref _last) is var last && last != long.MinValue && time.GetElapsedTime(last) < Memory);

    /// <summary>Counts a request while it runs.</summary>
    public async Task CountAsync(Func<Task> request)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await request();
        }
        finally
        {
            Volatile.Write(ref _last, time.GetTimestamp());
            Interlocked.Decrement(ref _waiting);
        }
    }
}

/// <summary>Counts the requests that a job must not slow down.</summary>
internal static class ForegroundTrafficMiddleware
{
    private static readonly string[] OfJobs = ["/v1/evaluations", "/v1/curations", "/v1/datasets"];

    /// <summary>Puts the count in the pipeline: every POST but those of jobs themselves.</summary>
    public static void UseForegroundTraffic(this WebApplication app)
    {
        var traffic = app.Services.GetRequiredService<ForegroundTraffic>();
        app.Use((context, next) => HttpMethods.IsPost(context.Request.Method) && !Array.Exists(OfJobs, path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)) ? traffic.CountAsync(() => next(context)) : next(context));
    }
}
