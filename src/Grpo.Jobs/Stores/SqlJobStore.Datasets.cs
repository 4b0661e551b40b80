using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Grpo.Jobs.Stores;

/// <summary>Datasets, their names and their rows.</summary>
public abstract partial class SqlJobStore
{
    private const int RowBatch = 1000;

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

    private static async Task<int> RemoveDatasetsAsync(DbConnection connection, DbTransaction transaction, string condition, object parameters)
    {
        await connection.ExecuteAsync($"DELETE FROM dataset_rows WHERE dataset_id IN (SELECT id FROM datasets WHERE {condition})", parameters, transaction);
        return await connection.ExecuteAsync($"DELETE FROM datasets WHERE {condition}", parameters, transaction);
    }
}
