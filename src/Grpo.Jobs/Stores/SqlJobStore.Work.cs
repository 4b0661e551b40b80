using Dapper;

namespace Grpo.Jobs.Stores;

/// <summary>The work on jobs: parts that are leased, results that are stored once.</summary>
public abstract partial class SqlJobStore
{
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
}
