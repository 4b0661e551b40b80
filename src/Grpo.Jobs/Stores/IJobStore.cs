namespace Grpo.Jobs.Stores;

/// <summary>
/// Keeps jobs, their datasets and their results. State changes are compare-and-set, work is leased, results are keyed, so any number of processes may use
/// one store, and any of them may be killed at any moment.
/// </summary>
/// <remarks>Every operation throws <see cref="JobStoreException"/> when the store cannot be used now; then nothing of the operation has happened.</remarks>
public interface IJobStore : IAsyncDisposable
{
    /// <summary>Creates or upgrades the tables. Safe to call from several processes at once.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Stores rows. Nothing of them stays when the enumeration throws.</summary>
    /// <param name="rows">One JSON object each, on one line.</param>
    /// <param name="cancellationToken">Calls it off; nothing stays.</param>
    Task<StoredDataset> AddDatasetAsync(IAsyncEnumerable<string> rows, CancellationToken cancellationToken);

    /// <summary>Gives a stored dataset a name, in the place of what had that name.</summary>
    /// <returns>Whether the name is new.</returns>
    Task<bool> NameDatasetAsync(string name, string datasetId, CancellationToken cancellationToken);

    /// <summary>The dataset of that name, or null.</summary>
    Task<StoredDataset?> FindDatasetAsync(string name, CancellationToken cancellationToken);

    /// <summary>All names, in order.</summary>
    Task<IReadOnlyList<NamedDataset>> ListDatasetsAsync(CancellationToken cancellationToken);

    /// <summary>Forgets a name; jobs keep their rows.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> RemoveDatasetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Rows of a dataset in their order.</summary>
    Task<IReadOnlyList<string>> ReadRowsAsync(string datasetId, int first, int count, CancellationToken cancellationToken);

    /// <summary>A job has been stored by this process; others find it when they next look.</summary>
    event EventHandler? JobCreated;

    /// <summary>Stores a job, or finds the one that the same key and request made before.</summary>
    /// <exception cref="IdempotencyConflictException">The key belongs to another request.</exception>
    Task<Job> CreateAsync(NewJob job, CancellationToken cancellationToken);

    /// <summary>The job that a key made, or null.</summary>
    Task<Job?> FindByKeyAsync(JobKind kind, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>A job, or null.</summary>
    Task<Job?> FindAsync(JobKind kind, string id, CancellationToken cancellationToken);

    /// <summary>Jobs, newest first.</summary>
    /// <param name="kind">Of one kind.</param>
    /// <param name="before">Only those older than this <see cref="Job.Sequence"/>; null: from the newest.</param>
    /// <param name="limit">The most wanted.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    Task<IReadOnlyList<Job>> ListAsync(JobKind kind, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>How many jobs there are of each kind in each state; none is left out.</summary>
    Task<IReadOnlyList<JobCount>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Queued or running to cancelled.</summary>
    /// <returns>Whether it was; a job that is over stays as it is.</returns>
    Task<bool> CancelAsync(string id, CancellationToken cancellationToken);

    /// <summary>Leases the next part of a job that nobody works on, the job that waited longest first.</summary>
    /// <param name="owner">Who.</param>
    /// <param name="policies">The policies that the owner has.</param>
    /// <param name="lease">How long, unless renewed.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    /// <returns>Null when there is nothing to do.</returns>
    Task<JobChunk?> ClaimAsync(string owner, IReadOnlyList<string> policies, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Extends the leases of all parts of an owner.</summary>
    Task RenewAsync(string owner, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Gives parts back.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chunk">Which; null: all.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    Task ReleaseAsync(string owner, JobChunk? chunk, CancellationToken cancellationToken);

    /// <summary>The owners that hold leases.</summary>
    Task<IReadOnlyList<string>> OwnersAsync(CancellationToken cancellationToken);

    /// <summary>The prompts that have all their results already.</summary>
    Task<IReadOnlySet<int>> FinishedPromptsAsync(string jobId, int first, int count, CancellationToken cancellationToken);

    /// <summary>Stores results, counts them, and ends a part, all or nothing. A result whose key is there already is left as it is and not counted again.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="results">Whole groups.</param>
    /// <param name="finished">The part that is complete with them; null: none yet.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    /// <returns>Whether the job is still running; otherwise nothing was stored.</returns>
    Task<bool> CommitAsync(string jobId, IReadOnlyList<SampleResult> results, JobChunk? finished, CancellationToken cancellationToken);

    /// <summary>Leases a job whose samples are all there and whose report is not. Not renewed: should a report take longer than the lease, two owners make the same one.</summary>
    Task<Job?> ClaimFinishAsync(string owner, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Running to succeeded or failed.</summary>
    /// <returns>Whether it was running; otherwise nothing changed.</returns>
    Task<bool> FinishAsync(string jobId, JobOutcome outcome, CancellationToken cancellationToken);

    /// <summary>The report of a job as JSON; null before the end. As long as the dataset, so it does not come with the job.</summary>
    Task<string?> ReadReportAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>The report that a job is compared with, as JSON; null without one.</summary>
    Task<string?> ReadBaselineAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>The results of a range of prompts, by prompt and sample.</summary>
    Task<IReadOnlyList<SampleResult>> ReadResultsAsync(string jobId, int firstPrompt, int prompts, CancellationToken cancellationToken);

    /// <summary>Removes jobs that were over before a moment, and datasets that neither a name nor a job needs.</summary>
    /// <returns>Jobs removed.</returns>
    Task<int> RemoveExpiredAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
