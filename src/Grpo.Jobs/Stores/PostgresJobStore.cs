using System.Data.Common;
using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace Grpo.Jobs.Stores;

/// <summary>Jobs in PostgreSQL, shared by any number of replicas.</summary>
/// <param name="connectionString">Of Npgsql, such as <c>Host=db;Database=grpo;Username=grpo</c>.</param>
/// <param name="time">The clock of leases and dates; the replicas' clocks should agree to well under a lease.</param>
public sealed class PostgresJobStore(string connectionString, TimeProvider time) : SqlJobStore(time)
{
    // Any number that nobody else on the database locks.
    private const long MigrationLock = 0x4752504F4A4F4253;

    private const int DeadlockAttempts = 5;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    /// <inheritdoc/>
    protected override string SkipLocked => "FOR UPDATE OF c SKIP LOCKED";

    /// <inheritdoc/>
    protected override string AnyPolicy => "= ANY(@policies)";

    /// <inheritdoc/>
    public override Task MigrateAsync(CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock }, transaction);
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_version (version INT NOT NULL)", transaction: transaction);
        var migrations = Schema.Migrations("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY");
        var version = await connection.ExecuteScalarAsync<int?>("SELECT MAX(version) FROM schema_version", transaction: transaction) ?? 0;
        if (version > migrations.Count) throw new NotSupportedException($"The job store has version {version} of the tables; this program knows {migrations.Count}.");
        foreach (var migration in migrations.Skip(version))
        {
            await connection.ExecuteAsync(migration, transaction: transaction);
            version++;
            await connection.ExecuteAsync("INSERT INTO schema_version (version) VALUES (@version)", new { version }, transaction);
        }

        return version;
    }, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <inheritdoc/>
    protected override Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await work(connection, transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < DeadlockAttempts)
            {
                // Cancelling a job and claiming a part of it lock the same rows in opposite orders; one of them goes again.
            }
        }
    });

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return await work(connection);
    });

    /// <inheritdoc/>
    protected override Task InsertRowsAsync(DbConnection connection, DbTransaction transaction, string datasetId, int first, IReadOnlyList<string> rows) => connection.ExecuteAsync(
        "INSERT INTO dataset_rows (dataset_id, row_index, content) SELECT @datasetId, @first + n - 1, content FROM unnest(@contents) WITH ORDINALITY AS r(content, n)",
        new { datasetId, first, contents = rows.Select(Storable).ToArray() }, transaction);

    /// <inheritdoc/>
    protected override async Task<(int Inserted, int Errored)> InsertResultsAsync(DbConnection connection, DbTransaction transaction, string jobId, IReadOnlyList<SampleResult> results)
    {
        var added = await connection.QueryAsync<bool>(
            """
            INSERT INTO results (job_id, prompt_index, sample_index, prompt, completion, finish_reason, token_count, policy_version, reward, scores, error)
            SELECT @jobId, r.* FROM unnest(@prompts, @samples, @texts, @completions, @finishes, @tokens, @versions, @rewards, @scores, @errors) AS r
            ON CONFLICT DO NOTHING RETURNING error IS NOT NULL
            """,
            new
            {
                jobId,
                prompts = results.Select(result => (long)result.PromptIndex).ToArray(),
                samples = results.Select(result => (long)result.SampleIndex).ToArray(),
                texts = results.Select(result => result.Prompt is { } text ? Storable(text) : null).ToArray(),
                completions = results.Select(result => Storable(result.Completion)).ToArray(),
                finishes = results.Select(result => result.FinishReason).ToArray(),
                tokens = results.Select(result => (long)result.TokenCount).ToArray(),
                versions = results.Select(result => (long)result.PolicyVersion).ToArray(),
                rewards = results.Select(result => result.Reward).ToArray(),
                scores = results.Select(result => Storable(result.Scores)).ToArray(),
                errors = results.Select(result => result.Error is { } text ? Storable(text) : null).ToArray(),
            },
            transaction);
        var flags = added.AsList();
        return (flags.Count, flags.Count(failed => failed));
    }

    // PostgreSQL text holds every character but NUL, which a policy may well write.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception problem) when (problem is NpgsqlException or SocketException or TimeoutException)
        {
            throw new JobStoreException(problem is PostgresException { SqlState: "53100" } ? "The disk of the job store is full." : $"The job store cannot be reached or refused the work: {problem.Message}", problem);
        }
    }
}
