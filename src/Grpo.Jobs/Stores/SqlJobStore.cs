using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Grpo.Jobs.Stores;

/// <summary>The store in SQL that SQLite and PostgreSQL share; what differs is abstract.</summary>
/// <param name="time">The clock of leases and dates.</param>
public abstract partial class SqlJobStore(TimeProvider time) : IJobStore
{
    private const int RowBatch = 1000;

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
    public async Task<StoredDataset> AddDatasetAsync(IAsyncEnumerable<string> rows, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var now = Now;
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var batch = new List<string>(RowBatch);
        var count = 0;

        // Until its hash is known the dataset is incomplete; what a killed process leaves of it is removed with the expired jobs.
        await WriteAsync((connection, transaction) => connection.ExecuteAsync("INSERT INTO datasets (id, hash, row_count, created_at) VALUES (@id, NULL, 0, @now)", new { id, now }, transaction), cancellationToken);
        try
        {
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                sha.AppendData(Encoding.UTF8.GetBytes(row));
                sha.AppendData("\n"u8);
                batch.Add(row);
                if (batch.Count == RowBatch) await FlushAsync();
            }

            await FlushAsync();
            return await CompleteAsync(id, Convert.ToHexStringLower(sha.GetHashAndReset()), count, cancellationToken);
        }
        catch
        {
            await DiscardAsync(id);
            throw;
        }

        async Task FlushAsync()
        {
            if (batch.Count == 0) return;
            await WriteAsync(async (connection, transaction) =>
            {
                await InsertRowsAsync(connection, transaction, id, count, batch);
                return 0;
            }, cancellationToken);
            count += batch.Count;
            batch.Clear();
        }
    }

    private async Task DiscardAsync(string id)
    {
        try
        {
            await WriteAsync((connection, transaction) => RemoveDatasetsAsync(connection, transaction, "id = @id", new { id }), CancellationToken.None);
        }
        catch (JobStoreException)
        {
            // The reason for discarding it matters more; it goes with the expired jobs.
        }
    }

    private Task<StoredDataset> CompleteAsync(string id, string hash, int rows, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var now = Now;
        if (await connection.QueryFirstOrDefaultAsync<string>("UPDATE datasets SET created_at = @now WHERE hash = @hash RETURNING id", new { hash, now }, transaction) is { } known)
        {
            await RemoveDatasetsAsync(connection, transaction, "id = @id", new { id });
            return new StoredDataset(known, hash, rows);
        }

        await connection.ExecuteAsync("UPDATE datasets SET hash = @hash, row_count = @rows WHERE id = @id", new { id, hash, rows }, transaction);
        return new StoredDataset(id, hash, rows);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> NameDatasetAsync(string name, string datasetId, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var isNew = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM dataset_names WHERE name = @name", new { name }, transaction) == 0;
        await connection.ExecuteAsync("INSERT INTO dataset_names (name, dataset_id) VALUES (@name, @datasetId) ON CONFLICT (name) DO UPDATE SET dataset_id = excluded.dataset_id", new { name, datasetId }, transaction);
        return isNew;
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredDataset?> FindDatasetAsync(string name, CancellationToken cancellationToken) => ReadAsync(async connection =>
        (await connection.QueryAsync<DatasetRow>("SELECT n.name, d.id, d.hash, d.row_count FROM dataset_names n JOIN datasets d ON d.id = n.dataset_id WHERE n.name = @name", new { name })).FirstOrDefault()?.ToDataset(), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<NamedDataset>> ListDatasetsAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<NamedDataset>>(async connection =>
        [.. (await connection.QueryAsync<DatasetRow>("SELECT n.name, d.id, d.hash, d.row_count FROM dataset_names n JOIN datasets d ON d.id = n.dataset_id ORDER BY n.name")).Select(row => new NamedDataset(row.name, row.ToDataset()))], cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveDatasetAsync(string name, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
        await connection.ExecuteAsync("DELETE FROM dataset_names WHERE name = @name", new { name }, transaction) > 0, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReadRowsAsync(string datasetId, int first, int count, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<string>>(async connection =>
        [.. await connection.QueryAsync<string>("SELECT content FROM dataset_rows WHERE dataset_id = @datasetId AND row_index >= @first AND row_index < @end ORDER BY row_index", new { datasetId, first, end = first + count })], cancellationToken);

    /// <inheritdoc/>
    public Task<int> RemoveExpiredAsync(DateTimeOffset before, CancellationToken cancellationToken) => WriteAsync(async (connection, transaction) =>
    {
        var moment = new { before = before.ToUnixTimeMilliseconds(), abandoned = Now - (long)TimeSpan.FromDays(1).TotalMilliseconds };
        await connection.ExecuteAsync("DELETE FROM results WHERE job_id IN (SELECT id FROM jobs WHERE finished_at < @before)", moment, transaction);
        var jobs = await connection.ExecuteAsync("DELETE FROM jobs WHERE finished_at < @before", moment, transaction);
        await RemoveDatasetsAsync(connection, transaction, "created_at < @abandoned AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.dataset_id = datasets.id) AND NOT EXISTS (SELECT 1 FROM dataset_names n WHERE n.dataset_id = datasets.id)", moment);
        return jobs;
    }, cancellationToken);

    private static async Task<int> RemoveDatasetsAsync(DbConnection connection, DbTransaction transaction, string condition, object parameters)
    {
        await connection.ExecuteAsync($"DELETE FROM dataset_rows WHERE dataset_id IN (SELECT id FROM datasets WHERE {condition})", parameters, transaction);
        return await connection.ExecuteAsync($"DELETE FROM datasets WHERE {condition}", parameters, transaction);
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

#pragma warning disable IDE1006 // named as the columns
    private sealed record DatasetRow
    {
        public string name { get; init; } = "";

        public string id { get; init; } = "";

        public string hash { get; init; } = "";

        public long row_count { get; init; }

        public StoredDataset ToDataset() => new(id, hash, (int)row_count);
    }
#pragma warning restore IDE1006
}
