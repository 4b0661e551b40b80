using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Tests.Running;

/// <summary>Forwards everything but the release of leases, as of a process that is killed.</summary>
internal sealed class UnreleasedStore(IJobStore store) : IJobStore
{
    public event EventHandler? JobCreated
    {
        add => store.JobCreated += value;
        remove => store.JobCreated -= value;
    }

    public Task ReleaseAsync(string owner, JobChunk? chunk, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task MigrateAsync(CancellationToken cancellationToken) => store.MigrateAsync(cancellationToken);

    public Task<StoredDataset> AddDatasetAsync(IAsyncEnumerable<string> rows, CancellationToken cancellationToken) => store.AddDatasetAsync(rows, cancellationToken);

    public Task<bool> NameDatasetAsync(string name, string datasetId, CancellationToken cancellationToken) => store.NameDatasetAsync(name, datasetId, cancellationToken);

    public Task<StoredDataset?> FindDatasetAsync(string name, CancellationToken cancellationToken) => store.FindDatasetAsync(name, cancellationToken);

    public Task<IReadOnlyList<NamedDataset>> ListDatasetsAsync(CancellationToken cancellationToken) => store.ListDatasetsAsync(cancellationToken);

    public Task<bool> RemoveDatasetAsync(string name, CancellationToken cancellationToken) => store.RemoveDatasetAsync(name, cancellationToken);

    public Task<IReadOnlyList<string>> ReadRowsAsync(string datasetId, int first, int count, CancellationToken cancellationToken) => store.ReadRowsAsync(datasetId, first, count, cancellationToken);

    public Task<Job> CreateAsync(NewJob job, CancellationToken cancellationToken) => store.CreateAsync(job, cancellationToken);

    public Task<Job?> FindByKeyAsync(JobKind kind, string idempotencyKey, CancellationToken cancellationToken) => store.FindByKeyAsync(kind, idempotencyKey, cancellationToken);

    public Task<Job?> FindAsync(JobKind kind, string id, CancellationToken cancellationToken) => store.FindAsync(kind, id, cancellationToken);

    public Task<IReadOnlyList<Job>> ListAsync(JobKind kind, long? before, int limit, CancellationToken cancellationToken) => store.ListAsync(kind, before, limit, cancellationToken);

    public Task<IReadOnlyList<JobCount>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public Task<bool> CancelAsync(string id, CancellationToken cancellationToken) => store.CancelAsync(id, cancellationToken);

    public Task<JobChunk?> ClaimAsync(string owner, IReadOnlyList<string> policies, TimeSpan lease, CancellationToken cancellationToken) => store.ClaimAsync(owner, policies, lease, cancellationToken);

    public Task RenewAsync(string owner, TimeSpan lease, CancellationToken cancellationToken) => store.RenewAsync(owner, lease, cancellationToken);

    public Task<IReadOnlyList<string>> OwnersAsync(CancellationToken cancellationToken) => store.OwnersAsync(cancellationToken);

    public Task<IReadOnlySet<int>> FinishedPromptsAsync(string jobId, int first, int count, CancellationToken cancellationToken) => store.FinishedPromptsAsync(jobId, first, count, cancellationToken);

    public Task<bool> CommitAsync(string jobId, IReadOnlyList<SampleResult> results, JobChunk? finished, CancellationToken cancellationToken) => store.CommitAsync(jobId, results, finished, cancellationToken);

    public Task<Job?> ClaimFinishAsync(string owner, TimeSpan lease, CancellationToken cancellationToken) => store.ClaimFinishAsync(owner, lease, cancellationToken);

    public Task<bool> FinishAsync(string jobId, JobOutcome outcome, CancellationToken cancellationToken) => store.FinishAsync(jobId, outcome, cancellationToken);

    public Task<string?> ReadReportAsync(string jobId, CancellationToken cancellationToken) => store.ReadReportAsync(jobId, cancellationToken);

    public Task<string?> ReadBaselineAsync(string jobId, CancellationToken cancellationToken) => store.ReadBaselineAsync(jobId, cancellationToken);

    public Task<IReadOnlyList<SampleResult>> ReadResultsAsync(string jobId, int firstPrompt, int prompts, CancellationToken cancellationToken) => store.ReadResultsAsync(jobId, firstPrompt, prompts, cancellationToken);

    public Task<int> RemoveExpiredAsync(DateTimeOffset before, CancellationToken cancellationToken) => store.RemoveExpiredAsync(before, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
