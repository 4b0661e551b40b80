using Dapper;

namespace Grpo.Jobs.Stores;

/// <summary>Jobs from their creation to their end.</summary>
public abstract partial class SqlJobStore
{
    private const string Columns =
        "sequence, id, kind, name, status, policy, spec, dataset_id, prompts, samples_per_prompt, chunk_prompts, done, errored, revision, created_at, started_at, finished_at, error, summary, request_hash";

    /// <inheritdoc/>
    public event EventHandler? JobCreated;

    /// <inheritdoc/>
    public async Task<Job> CreateAsync(NewJob job, CancellationToken cancellationToken)
    {
        var created = await InsertAsync(job, cancellationToken);
        JobCreated?.Invoke(this, EventArgs.Empty);
        return created;
    }

    private Task<Job> InsertAsync(NewJob job, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var kind = Word(job.Kind);
        var inserted = await connection.ExecuteAsync(
            """
            INSERT INTO jobs (id, kind, name, status, policy, spec, dataset_id, prompts, samples_per_prompt, chunk_prompts, done, errored, revision, created_at, last_claimed, finish_lease, idempotency_key, request_hash, baseline)
            VALUES (@Id, @kind, @Name, 'queued', @Policy, @Spec, @DatasetId, @Prompts, @SamplesPerPrompt, @ChunkPrompts, 0, 0, 1, @now, 0, 0, @IdempotencyKey, @RequestHash, @Baseline)
            ON CONFLICT (kind, idempotency_key) DO NOTHING
            """,
            new { job.Id, kind, job.Name, job.Policy, job.Spec, job.DatasetId, job.Prompts, job.SamplesPerPrompt, job.ChunkPrompts, now = Now, job.IdempotencyKey, job.RequestHash, job.Baseline },
            transaction);
        if (inserted == 0)
        {
            var known = await connection.QuerySingleAsync<JobRow>($"SELECT {Columns} FROM jobs WHERE kind = @kind AND idempotency_key = @key", new { kind, key = job.IdempotencyKey }, transaction);
            return known.request_hash == job.RequestHash ? known.ToJob() : throw new IdempotencyConflictException(job.IdempotencyKey!);
        }

        var last = (job.Prompts - 1) / job.ChunkPrompts;
        await connection.ExecuteAsync(
            "INSERT INTO chunks (job_id, chunk_index, lease_until) WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < @last) SELECT @Id, i, 0 FROM s", new { job.Id, last }, transaction);
        return (await connection.QuerySingleAsync<JobRow>($"SELECT {Columns} FROM jobs WHERE id = @Id", new { job.Id }, transaction)).ToJob();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobCount>> CountAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<JobCount>>(async connection =>
    {
        var known = (await connection.QueryAsync<(string Kind, string Status, long Count)>("SELECT kind, status, COUNT(*) FROM jobs GROUP BY kind, status")).ToDictionary(row => (row.Kind, row.Status), row => row.Count);
        return [.. Enum.GetValues<JobKind>().SelectMany(kind => Enum.GetValues<JobStatus>().Select(status => new JobCount(kind, status, known.GetValueOrDefault((Word(kind), Word(status))))))];
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<Job?> FindByKeyAsync(JobKind kind, string idempotencyKey, CancellationToken cancellationToken) => ReadAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<JobRow>($"SELECT {Columns} FROM jobs WHERE kind = @kind AND idempotency_key = @idempotencyKey", new { kind = Word(kind), idempotencyKey }))?.ToJob(), cancellationToken);

    /// <inheritdoc/>
    public Task<Job?> FindAsync(JobKind kind, string id, CancellationToken cancellationToken) => ReadAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<JobRow>($"SELECT {Columns} FROM jobs WHERE kind = @kind AND id = @id", new { kind = Word(kind), id }))?.ToJob(), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Job>> ListAsync(JobKind kind, long? before, int limit, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<Job>>(async connection =>
        [.. (await connection.QueryAsync<JobRow>($"SELECT {Columns} FROM jobs WHERE kind = @kind AND sequence < @before ORDER BY sequence DESC LIMIT @limit", new { kind = Word(kind), before = before ?? long.MaxValue, limit })).Select(row => row.ToJob())], cancellationToken);

    /// <inheritdoc/>
    public Task<bool> CancelAsync(string id, CancellationToken cancellationToken) => EndAsync(id, "status IN ('queued', 'running')", new JobOutcome(JobStatus.Cancelled, null, null, null), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> FinishAsync(string jobId, JobOutcome outcome, CancellationToken cancellationToken) => EndAsync(jobId, "status = 'running'", outcome, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ReadReportAsync(string jobId, CancellationToken cancellationToken) => ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<string>("SELECT report FROM jobs WHERE id = @jobId", new { jobId }), cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ReadBaselineAsync(string jobId, CancellationToken cancellationToken) => ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<string>("SELECT baseline FROM jobs WHERE id = @jobId", new { jobId }), cancellationToken);

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private Task<bool> EndAsync(string id, string expected, JobOutcome outcome, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var changed = await connection.ExecuteAsync(
            $"UPDATE jobs SET status = @status, report = @Report, summary = @Summary, error = @Error, finished_at = @now, finisher = NULL, revision = revision + 1 WHERE id = @id AND {expected}",
            new { id, status = Word(outcome.Status), outcome.Report, outcome.Summary, outcome.Error, now = Now }, transaction);
        if (changed == 1) await connection.ExecuteAsync("DELETE FROM chunks WHERE job_id = @id", new { id }, transaction);
        return changed == 1;
    }, cancellationToken);
}
