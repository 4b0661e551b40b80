using System.Diagnostics.Metrics;
using Grpo.Jobs.Stores;

namespace GrpoApi.Features.Jobs;

/// <summary>The jobs of the store by state, as they were when last looked at.</summary>
internal sealed class JobMetrics : IDisposable
{
    /// <summary>The meter's name, for whoever listens.</summary>
    public const string MeterName = "Grpo.Jobs";

    private readonly Meter _meter = new(MeterName);
    private readonly JobAccess _jobs;
    private volatile IReadOnlyList<JobCount> _counts = [];

    public JobMetrics(JobAccess jobs)
    {
        _jobs = jobs;
        _meter.CreateObservableGauge("grpo.jobs", () => _counts.Select(Measure).ToArray(), "{job}", "Jobs in the store.");
    }

    /// <summary>Looks at the store; one that cannot be used now has no jobs to tell of.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            _counts = await (await _jobs.StoreAsync()).CountAsync(cancellationToken);
        }
        catch (JobStoreException)
        {
            _counts = [];
        }
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Measure(JobCount count) =>
        new(count.Count, new("kind", count.Kind.ToString().ToLowerInvariant()), new("status", count.Status.ToString().ToLowerInvariant()));
}
