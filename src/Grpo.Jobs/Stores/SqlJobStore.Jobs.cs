using Dapper;

namespace Grpo.Jobs.Stores;

/// <summary>Jobs and their work.</summary>
public abstract partial class SqlJobStore
{
    private const string Columns =
        "sequence, id, kind, name, status, policy, spec, dataset_id, prompts, samples_per_prompt, chunk_prompts, done, errored, revision, created_at, started_at, finished_at, error, report, request_hash";

    /// <inheritdoc/>
    public Task<Job> CreateAsync(NewJob job, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var kind = Word(job.Kind);
        var inserted = await connection.ExecuteAsync(
            """
            INSERT INTO jobs (id, kind, name, status, policy, spec, dataset_id, prompts, samples_per_prompt, chunk_prompts, done, errored, revision, created_at, last_claimed, finish_lease, idempotency_key, request_hash)
            VALUES (@Id, @kind, @Name, 'queued', @Policy, @Spec, @DatasetId, @Prompts, @SamplesPerPrompt, @ChunkPrompts, 0, 0, 1, @now, 0, 0, @IdempotencyKey, @RequestHash)
            ON CONFLICT (kind, idempotency_key) DO NOTHING
            """,
            new { job.Id, kind, job.Name, job.Policy, job.Spec, job.DatasetId, job.Prompts, job.SamplesPerPrompt, job.ChunkPrompts, now = Now, job.IdempotencyKey, job.RequestHash },
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
    public Task<bool> CancelAsync(string id, CancellationToken cancellationToken) => EndAsync(id, "status IN ('queued', 'running')", JobStatus.Cancelled, null, null, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> FinishAsync(string jobId, JobStatus status, string? report, string? error, CancellationToken cancellationToken) => EndAsync(jobId, "status = 'running'", status, report, error, cancellationToken);

    /// <inheritdoc/>
    public Task<JobChunk?> ClaimAsync(string owner, IReadOnlyList<string> policies, TimeSpan lease, CancellationToken cancellationToken) => policies.Count == 0 ? Task.FromResult<JobChunk?>(null) : WriteAsync(async (connection, transaction) =>
    {
        var now = Now;
        var next = await connection.QuerySingleOrDefaultAsync<ChunkRow>(
            $"""
            SELECT c.job_id, c.chunk_index FROM chunks c JOIN jobs j ON j.id = c.job_id
            WHERE c.lease_until < @now AND j.status IN ('queued', 'running') AND j.policy {AnyPolicy}
            ORDER BY j.last_claimed, j.sequence, c.chunk_index LIMIT 1 {SkipLocked}
            """,
            new { now, policies = policies.ToArray() }, transaction);
        if (next is null) return null;
        await connection.ExecuteAsync("UPDATE chunks SET owner = @owner, lease_until = @until WHERE job_id = @job_id AND chunk_index = @chunk_index", new { owner, until = now + (long)lease.TotalMilliseconds, next.job_id, next.chunk_index }, transaction);
        var changed = await connection.ExecuteAsync(
            "UPDATE jobs SET status = 'running', started_at = COALESCE(started_at, @now), last_claimed = @now, revision = revision + CASE WHEN status = 'queued' THEN 1 ELSE 0 END WHERE id = @job_id AND status IN ('queued', 'running')",
            new { now, next.job_id }, transaction);

        // Cancelled since it was chosen: its parts are gone.
        return changed == 1 ? new JobChunk(next.job_id, (int)next.chunk_index) : null;
    }, cancellationToken);

    /// <inheritdoc/>
    public Task RenewAsync(string owner, TimeSpan lease, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
        await connection.ExecuteAsync("UPDATE chunks SET lease_until = @until WHERE owner = @owner", new { owner, until = Now + (long)lease.TotalMilliseconds }, transaction), cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseAsync(string owner, JobChunk? chunk, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        if (chunk is not null) return await connection.ExecuteAsync("UPDATE chunks SET owner = NULL, lease_until = 0 WHERE owner = @owner AND job_id = @JobId AND chunk_index = @Index", new { owner, chunk.JobId, chunk.Index }, transaction);
        await connection.ExecuteAsync("UPDATE jobs SET finisher = NULL, finish_lease = 0 WHERE finisher = @owner", new { owner }, transaction);
        return await connection.ExecuteAsync("UPDATE chunks SET owner = NULL, lease_until = 0 WHERE owner = @owner", new { owner }, transaction);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> OwnersAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<string>>(async connection =>
        [.. await connection.QueryAsync<string>("SELECT owner FROM chunks WHERE owner IS NOT NULL UNION SELECT finisher FROM jobs WHERE finisher IS NOT NULL AND status = 'running'")], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlySet<int>> FinishedPromptsAsync(string jobId, int first, int count, CancellationToken cancellationToken) => ReadAsync<IReadOnlySet<int>>(async connection =>
        (await connection.QueryAsync<long>("SELECT DISTINCT prompt_index FROM results WHERE job_id = @jobId AND prompt_index >= @first AND prompt_index < @end", new { jobId, first, end = first + count })).Select(index => (int)index).ToHashSet(), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> CommitAsync(string jobId, IReadOnlyList<SampleResult> results, JobChunk? finished, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        // The job's row first: commits of one job follow each other, and none passes a cancellation.
        if (await connection.ExecuteAsync("UPDATE jobs SET revision = revision + 1 WHERE id = @jobId AND status = 'running'", new { jobId }, transaction) == 0) return false;
        var (inserted, errored) = results.Count == 0 ? (0, 0) : await InsertResultsAsync(connection, transaction, jobId, results);
        await connection.ExecuteAsync("UPDATE jobs SET done = done + @inserted, errored = errored + @errored WHERE id = @jobId", new { jobId, inserted, errored }, transaction);
        if (finished is not null) await connection.ExecuteAsync("DELETE FROM chunks WHERE job_id = @JobId AND chunk_index = @Index", new { finished.JobId, finished.Index }, transaction);
        return true;
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<Job?> ClaimFinishAsync(string owner, TimeSpan lease, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var now = Now;
        var id = await connection.QuerySingleOrDefaultAsync<string>(
            $"SELECT id FROM jobs j WHERE status = 'running' AND finish_lease < @now AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.job_id = j.id) ORDER BY sequence LIMIT 1 {SkipLocked.Replace("OF c", "", StringComparison.Ordinal)}", new { now }, transaction);
        if (id is null) return null;
        return (await connection.QuerySingleAsync<JobRow>($"UPDATE jobs SET finisher = @owner, finish_lease = @until WHERE id = @id RETURNING {Columns}", new { owner, until = now + (long)lease.TotalMilliseconds, id }, transaction)).ToJob();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SampleResult>> ReadResultsAsync(string jobId, int firstPrompt, int prompts, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<SampleResult>>(async connection =>
        [.. (await connection.QueryAsync<ResultRow>(
            "SELECT prompt_index, sample_index, prompt, completion, finish_reason, token_count, policy_version, reward, scores, error FROM results WHERE job_id = @jobId AND prompt_index >= @firstPrompt AND prompt_index < @end ORDER BY prompt_index, sample_index",
            new { jobId, firstPrompt, end = (long)firstPrompt + prompts })).Select(row => row.ToResult())], cancellationToken);

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private Task<bool> EndAsync(string id, string expected, JobStatus status, string? report, string? error, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var changed = await connection.ExecuteAsync(
            $"UPDATE jobs SET status = @status, report = @report, error = @error, finished_at = @now, finisher = NULL, revision = revision + 1 WHERE id = @id AND {expected}", new { id, status = Word(status), report, error, now = Now }, transaction);
        if (changed == 1) await connection.ExecuteAsync("DELETE FROM chunks WHERE job_id = @id", new { id }, transaction);
        return changed == 1;
    }, cancellationToken);

#pragma warning disable IDE1006 // named as the columns
    private sealed record ChunkRow
    {
        public string job_id { get; init; } = "";

        public long chunk_index { get; init; }
    }

    private sealed record ResultRow
    {
        public long prompt_index { get; init; }

        public long sample_index { get; init; }

        public string? prompt { get; init; }

        public string completion { get; init; } = "";

        public string finish_reason { get; init; } = "";

        public long token_count { get; init; }

        public long policy_version { get; init; }

        public double? reward { get; init; }

        public string scores { get; init; } = "";

        public string? error { get; init; }

        public SampleResult ToResult() => new()
        {
            PromptIndex = (int)prompt_index,
            SampleIndex = (int)sample_index,
            Prompt = prompt,
            Completion = completion,
            FinishReason = finish_reason,
            TokenCount = (int)token_count,
            PolicyVersion = (int)policy_version,
            Reward = reward,
            Scores = scores,
            Error = error,
        };
    }

    private sealed record JobRow
    {
        public long sequence { get; init; }

        public string id { get; init; } = "";

        public string kind { get; init; } = "";

        public string? name { get; init; }

        public string status { get; init; } = "";

        public string policy { get; init; } = "";

        public string spec { get; init; } = "";

        public string dataset_id { get; init; } = "";

        public long prompts { get; init; }

        public long samples_per_prompt { get; init; }

        public long chunk_prompts { get; init; }

        public long done { get; init; }

        public long errored { get; init; }

        public long revision { get; init; }

        public long created_at { get; init; }

        public long? started_at { get; init; }

        public long? finished_at { get; init; }

        public string? error { get; init; }

        public string? report { get; init; }

        public string request_hash { get; init; } = "";

        public Job ToJob() => new()
        {
            Sequence = sequence,
            Id = id,
            Kind = Enum.Parse<JobKind>(kind, ignoreCase: true),
            Name = name,
            Status = Enum.Parse<JobStatus>(status, ignoreCase: true),
            Policy = policy,
            Spec = spec,
            DatasetId = dataset_id,
            Prompts = (int)prompts,
            SamplesPerPrompt = (int)samples_per_prompt,
            ChunkPrompts = (int)chunk_prompts,
            Done = done,
            Errored = errored,
            Revision = revision,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(created_at),
            StartedAt = started_at is { } started ? DateTimeOffset.FromUnixTimeMilliseconds(started) : null,
            FinishedAt = finished_at is { } finished ? DateTimeOffset.FromUnixTimeMilliseconds(finished) : null,
            Error = error,
            Report = report,
            RequestHash = request_hash,
        };
    }
#pragma warning restore IDE1006
}
