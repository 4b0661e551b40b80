using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Grpo.Jobs.Stores;

/// <summary>Jobs in one SQLite file in WAL mode: readers never wait, and one transaction holds many results.</summary>
public sealed class SqliteJobStore : SqlJobStore
{
    private readonly string _connectionString;
    private readonly SemaphoreSlim _writer = new(1, 1);

    static SqliteJobStore() => SQLitePCL.Batteries_V2.Init();

    /// <summary>A store in a file, which is created when it is not there.</summary>
    /// <param name="connectionString">Of Microsoft.Data.Sqlite, such as <c>Data Source=grpo-jobs.db</c>.</param>
    /// <param name="time">The clock of leases and dates.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public SqliteJobStore(string connectionString, TimeProvider time) : base(time)
    {
        // How long a writer waits for another process before the store counts as locked.
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (!connectionString.Contains("Timeout", StringComparison.OrdinalIgnoreCase)) builder.DefaultTimeout = 5;
        _connectionString = builder.ConnectionString;
    }

    /// <summary>The most pages of the file, for tests of a full disk; null: no limit of ours.</summary>
    internal int? MaxPages { get; set; }

    /// <inheritdoc/>
    protected override string SkipLocked => "";

    /// <inheritdoc/>
    protected override string AnyPolicy => "IN @policies";

    /// <inheritdoc/>
    public override Task MigrateAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var connection = await OpenAsync(cancellationToken);
        await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
        await using var transaction = connection.BeginTransaction(deferred: false);
        var migrations = Schema.Migrations("INTEGER PRIMARY KEY AUTOINCREMENT");
        var version = await connection.ExecuteScalarAsync<int>("PRAGMA user_version", transaction: transaction);
        if (version > migrations.Count) throw new NotSupportedException($"The job store has version {version} of the tables; this program knows {migrations.Count}.");
        foreach (var migration in migrations.Skip(version))
        {
            await connection.ExecuteAsync(migration, transaction: transaction);
        }

        await connection.ExecuteAsync($"PRAGMA user_version = {migrations.Count}", transaction: transaction);
        await transaction.CommitAsync(cancellationToken);
        return 0;
    });

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(_connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        // SQLite has one writer; waiting here costs less than trying again there.
        await _writer.WaitAsync(cancellationToken);
        try
        {
            return await GuardAsync(async () =>
            {
                await using var connection = await OpenAsync(cancellationToken);
                await using var transaction = connection.BeginTransaction(deferred: false);
                var result = await work(connection, transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            });
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await work(connection);
    });

    /// <inheritdoc/>
    protected override async Task InsertRowsAsync(DbConnection connection, DbTransaction transaction, string datasetId, int first, IReadOnlyList<string> rows)
    {
        await using var command = ((SqliteConnection)connection).CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
        command.CommandText = "INSERT INTO dataset_rows (dataset_id, row_index, content) VALUES ($dataset, $index, $content)";
        command.Parameters.AddWithValue("$dataset", datasetId);
        var (index, content) = (command.Parameters.Add("$index", SqliteType.Integer), command.Parameters.Add("$content", SqliteType.Text));
        for (var i = 0; i < rows.Count; i++)
        {
            (index.Value, content.Value) = (first + i, rows[i]);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task<(int Inserted, int Errored)> InsertResultsAsync(DbConnection connection, DbTransaction transaction, string jobId, IReadOnlyList<SampleResult> results)
    {
        await using var command = ((SqliteConnection)connection).CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
        command.CommandText =
            """
            INSERT INTO results (job_id, prompt_index, sample_index, prompt, completion, finish_reason, token_count, policy_version, reward, scores, error)
            VALUES ($job, $prompt_index, $sample_index, $prompt, $completion, $finish, $tokens, $version, $reward, $scores, $error) ON CONFLICT DO NOTHING
            """;
        command.Parameters.AddWithValue("$job", jobId);
        SqliteParameter[] values = [.. ((string[])["$prompt_index", "$sample_index", "$prompt", "$completion", "$finish", "$tokens", "$version", "$reward", "$scores", "$error"]).Select(name => command.Parameters.Add(new SqliteParameter { ParameterName = name }))];
        var (inserted, errored) = (0, 0);
        foreach (var result in results)
        {
            object?[] row = [result.PromptIndex, result.SampleIndex, result.Prompt, result.Completion, result.FinishReason, result.TokenCount, result.PolicyVersion, result.Reward, result.Scores, result.Error];
            for (var i = 0; i < row.Length; i++)
            {
                values[i].Value = row[i] ?? DBNull.Value;
            }

            var added = await command.ExecuteNonQueryAsync();
            inserted += added;
            errored += result.Error is null ? 0 : added;
        }

        return (inserted, errored);
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // In WAL mode a commit survives the process without a sync, and the loss of power at a checkpoint.
            await connection.ExecuteAsync(MaxPages is { } pages ? $"PRAGMA synchronous = NORMAL; PRAGMA max_page_count = {pages}" : "PRAGMA synchronous = NORMAL");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (SqliteException problem)
        {
            throw new JobStoreException(problem.SqliteErrorCode switch
            {
                5 or 6 => "The job store is locked by another process.",
                13 => "The disk of the job store is full.",
                14 => "The file of the job store cannot be opened.",
                8 => "The file of the job store cannot be written.",
                _ => $"The job store failed (SQLite error {problem.SqliteErrorCode}).",
            }, problem);
        }
    }
}
