using Grpo.Engines;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Jobs;

/// <summary>Durable jobs in this process.</summary>
public static class JobServices
{
    /// <summary>Registers the store, the intake of requests and the work itself.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobsOptions>().BindConfiguration("Jobs").ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton(OpenStore)
            .AddSingleton<JobAccess>()
            .AddSingleton<ForegroundTraffic>()
            .AddSingleton<JobMetrics>()
            .AddSingleton(provider =>
            {
                var limits = provider.GetRequiredService<IOptions<LimitsOptions>>().Value;
                var root = provider.GetRequiredService<IConfiguration>()["Datasets:Root"];
                return new DatasetLimits(string.IsNullOrEmpty(root) ? null : root, limits.MaxDatasetRows, limits.MaxDatasetRowBytes);
            })
            .AddSingleton(provider => new JobIntake(provider.GetRequiredService<IJobStore>(), provider.GetRequiredService<PolicyCatalog>(), provider.GetRequiredService<DatasetLimits>(), provider.GetRequiredService<TimeProvider>()))
            .AddHostedService<JobWork>();
    }

    private static IJobStore OpenStore(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<JobsOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        try
        {
            return options.Store == "postgres" ? new PostgresJobStore(options.ConnectionString, time) : new SqliteJobStore(options.ConnectionString, time);
        }
        catch (ArgumentException problem)
        {
            throw new OptionsValidationException("Jobs", typeof(JobsOptions), [$"Jobs:ConnectionString cannot be read: {problem.Message}"]);
        }
    }
}

/// <summary>The store, with its tables there.</summary>
public sealed class JobAccess(IJobStore store)
{
    private Task? _ready;

    /// <summary>The store; creates the tables on first use.</summary>
    /// <exception cref="JobStoreException">It cannot be used now.</exception>
    public async Task<IJobStore> StoreAsync()
    {
        var ready = _ready;
        if (ready is null || ready.IsFaulted) _ready = ready = store.MigrateAsync(CancellationToken.None);
        await ready;
        return store;
    }

    /// <summary>A job.</summary>
    /// <exception cref="JobNotFoundException">There is none of that kind and id.</exception>
    public async Task<Job> GetAsync(JobKind kind, string id, CancellationToken cancellationToken) =>
        await (await StoreAsync()).FindAsync(kind, id, cancellationToken) ?? throw new JobNotFoundException(kind, id);
}

/// <summary>There is no such job.</summary>
public sealed class JobNotFoundException(JobKind kind, string id) : Exception($"There is no {kind.ToString().ToLowerInvariant()} '{id}'.");

/// <summary>The job is in a state that does not allow this.</summary>
public sealed class JobStateException(string message) : Exception(message);

/// <summary>Works on jobs as long as the service runs.</summary>
internal sealed partial class JobWork(IJobStore store, PolicyCatalog policies, ForegroundTraffic traffic, IOptions<JobsOptions> options, TimeProvider time, ILogger<JobWork> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (OpenApi.IsBeingGenerated) return Task.CompletedTask;
        var settings = new JobRunnerOptions
        {
            Lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds),
            Retention = TimeSpan.FromDays(options.Value.RetentionDays),
            Workers = options.Value.Workers,
            Yields = () => traffic.IsActive,
        };
        return Task.Run(() => new JobRunner(store, policies, settings, time, LogRetry).RunAsync(stoppingToken), stoppingToken);
    }

    private void LogRetry(Exception problem)
    {
        if (problem is JobStoreException) LogStore(problem.Message);
        else LogProblem(problem);
    }

    [LoggerMessage(40, LogLevel.Warning, "Jobs wait: {Problem}")]
    private partial void LogStore(string problem);

    [LoggerMessage(41, LogLevel.Warning, "A part of a job failed and is tried again")]
    private partial void LogProblem(Exception exception);
}
