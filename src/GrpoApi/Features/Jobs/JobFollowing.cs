using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Jobs;

/// <summary>What evaluations and curations are asked in the same way.</summary>
internal static class JobFollowing
{
    /// <summary>The longest a request waits for a job.</summary>
    public const int MaxWaitSeconds = 60;

    /// <summary>The most jobs of one page.</summary>
    public const int MaxPage = 100;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>A job, once it is over or the time is up.</summary>
    /// <exception cref="JobRequestException">The time is negative.</exception>
    public static async Task<Job> WaitAsync(this JobAccess jobs, JobKind kind, string id, int seconds, TimeProvider time, CancellationToken cancellationToken)
    {
        if (seconds < 0) throw new JobRequestException("wait", "Must be at least 0.");
        var started = time.GetTimestamp();
        var patience = TimeSpan.FromSeconds(Math.Min(seconds, MaxWaitSeconds));
        while (true)
        {
            var job = await jobs.GetAsync(kind, id, cancellationToken);
            if (job.IsOver || time.GetElapsedTime(started) >= patience) return job;
            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>Calls a job off.</summary>
    /// <exception cref="JobStateException">It is over already.</exception>
    public static async Task<Job> CancelAsync(this JobAccess jobs, JobKind kind, string id, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(kind, id, cancellationToken);
        await (await jobs.StoreAsync()).CancelAsync(job.Id, cancellationToken);
        job = await jobs.GetAsync(kind, id, cancellationToken);
        return job.Status == JobStatus.Cancelled ? job : throw new JobStateException($"The {kind.ToString().ToLowerInvariant()} has {job.Status.ToString().ToLowerInvariant()}; there is nothing to call off.");
    }

    /// <summary>The report of a job.</summary>
    /// <exception cref="JobStateException">There is none, or not yet.</exception>
    public static async Task<string> ReportAsync(this JobAccess jobs, JobKind kind, string id, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(kind, id, cancellationToken);
        return await (await jobs.StoreAsync()).ReadReportAsync(job.Id, cancellationToken) ?? throw new JobStateException(job.IsOver ? $"The {kind.ToString().ToLowerInvariant()} has {job.Status.ToString().ToLowerInvariant()}, so there is no report." : $"The {kind.ToString().ToLowerInvariant()} is {job.Status.ToString().ToLowerInvariant()}; its report comes when it has succeeded.");
    }

    /// <summary>
    /// The state of a job at each change, then <c>done</c>. The id of an event is the revision of the job, so a client that comes back with the last id it
    /// saw, to whichever replica, misses nothing that still matters. Null when it has seen the end.
    /// </summary>
    public static async Task<IAsyncEnumerable<SseItem<T>>?> EventsAsync<T>(this JobAccess jobs, JobKind kind, string id, string? lastEventId, Func<Job, T> view, TimeProvider time, CancellationToken cancellationToken)
    {
        var seen = long.TryParse(lastEventId, out var last) ? last : 0;
        var job = await jobs.GetAsync(kind, id, cancellationToken);
        return job.IsOver && job.Revision <= seen ? null : FollowAsync(jobs, kind, id, seen, view, time, cancellationToken);
    }

    private static async IAsyncEnumerable<SseItem<T>> FollowAsync<T>(JobAccess jobs, JobKind kind, string id, long seen, Func<Job, T> view, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var spoken = time.GetTimestamp();
        while (true)
        {
            var job = await jobs.GetAsync(kind, id, cancellationToken);
            if (job.IsOver)
            {
                yield return new SseItem<T>(view(job), "done") { EventId = job.Revision.ToString() };
                yield break;
            }

            // An event after a silence keeps proxies from closing the connection.
            if (job.Revision > seen || time.GetElapsedTime(spoken) > Silence)
            {
                (seen, spoken) = (job.Revision, time.GetTimestamp());
                yield return new SseItem<T>(view(job), "progress") { EventId = job.Revision.ToString() };
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>Lines as NDJSON, written as they come.</summary>
    public static PushStreamHttpResult Ndjson(IAsyncEnumerable<string> lines, CancellationToken cancellationToken) => TypedResults.Stream(
        async stream =>
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
            await foreach (var line in lines.WithCancellation(cancellationToken)) await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        },
        "application/x-ndjson");

    /// <summary>Where a page of a list begins, and how long it is.</summary>
    /// <exception cref="JobRequestException">The cursor is not one that a list gave, or the limit is out of range.</exception>
    public static (long? Before, int Limit) Page(string? cursor, int? limit)
    {
        long before = 0;
        if (cursor is not null && !long.TryParse(cursor, System.Globalization.NumberStyles.None, provider: null, out before)) throw new JobRequestException("cursor", "Must be the next_cursor of an earlier page.");
        if (limit is < 1 or > MaxPage) throw new JobRequestException("limit", $"Must be from 1 to {MaxPage}.");
        return (cursor is null ? null : before, limit ?? 20);
    }

    /// <summary>Says that a job that still runs is worth asking for again.</summary>
    public static void AddRetryAfter(this HttpResponse response, Job job)
    {
        if (!job.IsOver) response.Headers.RetryAfter = "1";
    }
}
