using System.Data.Common;
using Dapper;

namespace Grpo.Jobs.Stores;

/// <summary>The store in SQL that SQLite and PostgreSQL share; what differs is abstract.</summary>
/// <param name="time">The clock of leases and dates.</param>
public abstract partial class SqlJobStore(TimeProvider time) : IJobStore
{
    /// <summary>What is appended to the choice of a row that several processes want.</summary>
    protected abstract string SkipLocked { get; }

    /// <summary>Whether a column is one of several values, as <c>IN @policies</c>.</summary>
    protected abstract string AnyPolicy { get; }

    /// <inheritdoc/>
    public abstract Task MigrateAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Runs something in one transaction that may write.</summary>
    protected abstract Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs something that only reads.</summary>
    protected abstract Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Inserts rows of a dataset.</summary>
    protected abstract Task InsertRowsAsync(DbConnection connection, DbTransaction transaction, string datasetId, int first, IReadOnlyList<string> rows);

    /// <summary>Inserts results whose keys are new.</summary>
    /// <returns>How many, and how many of them had failed.</returns>
    protected abstract Task<(int Inserted, int Errored)> InsertResultsAsync(DbConnection connection, DbTransaction transaction, string jobId, IReadOnlyList<SampleResult> results);

    /// <inheritdoc/>
    public Task<int> RemoveExpiredAsync(DateTimeOffset before, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var moment = new { before = before.ToUnixTimeMilliseconds(), abandoned = Now - (long)TimeSpan.FromDays(1).TotalMilliseconds };
        await connection.ExecuteAsync("DELETE FROM results WHERE job_id IN (SELECT id FROM jobs WHERE finished_at < @before)", moment, transaction);
        var jobs = await connection.ExecuteAsync("DELETE FROM jobs WHERE finished_at < @before", moment, transaction);
        await RemoveDatasetsAsync(connection, transaction, "created_at < @abandoned AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.dataset_id = datasets.id) AND NOT EXISTS (SELECT 1 FROM dataset_names n WHERE n.dataset_id = datasets.id)", moment);
        return jobs;
    }, cancellationToken);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
