using Grpo.Jobs.Stores;
using Grpo.Testing;
using Microsoft.Data.Sqlite;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>The contract on both stores, and what only one of them can suffer.</summary>
public class StoreTests
{
    public static TheoryData<string> Rules { get; } = [.. StoreContract.All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Sqlite_keeps_the_contract(string rule)
    {
        await using var under = new SqliteUnderTest();
        await StoreContract.All.Single(one => one.Name == rule).Run(under);
    }

    // One fact and not a theory: a theory has no reason for a skip of all its rows.
    [PostgresFact]
    public async Task Postgres_keeps_the_contract()
    {
        foreach (var (name, run) in StoreContract.All)
        {
            await using var under = new PostgresUnderTest();
            var failure = await Record.ExceptionAsync(() => run(under));
            Assert.True(failure is null, $"{name}: {failure}");
        }
    }

    [Fact]
    public async Task A_locked_file_is_said_and_nothing_is_stored()
    {
        await using var under = new SqliteUnderTest();
        await using var store = new SqliteJobStore(under.ConnectionString + ";Default Timeout=1", TimeProvider.System);
        await store.MigrateAsync(CancellationToken.None);
        await using (var other = new SqliteConnection(under.ConnectionString + ";Pooling=False"))
        {
            await other.OpenAsync();
            await using var held = other.BeginTransaction(deferred: false);
            var problem = await Assert.ThrowsAsync<JobStoreException>(() => store.AddDatasetAsync(new[] { "{}" }.ToAsyncEnumerable(), CancellationToken.None));
            Assert.Contains("locked", problem.Message, StringComparison.Ordinal);
            Assert.Empty(await store.ListDatasetsAsync(CancellationToken.None)); // readers do not wait
        }

        Assert.Equal(1, (await store.AddDatasetAsync(new[] { "{}" }.ToAsyncEnumerable(), CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_what_was_stored_stays()
    {
        await using var under = new SqliteUnderTest();
        await using var store = (SqliteJobStore)under.Open();
        await store.MigrateAsync(CancellationToken.None);
        var small = await store.AddDatasetAsync(new[] { "{}" }.ToAsyncEnumerable(), CancellationToken.None);
        store.MaxPages = 40;
        var rows = Enumerable.Range(0, 2000).Select(i => $$"""{"text":"{{new string('x', 500)}}{{i}}"}""");
        var problem = await Assert.ThrowsAsync<JobStoreException>(() => store.AddDatasetAsync(rows.ToAsyncEnumerable(), CancellationToken.None));
        Assert.Contains("full", problem.Message, StringComparison.Ordinal);
        Assert.Single(await store.ReadRowsAsync(small.Id, 0, 1, CancellationToken.None));
        store.MaxPages = 1_000_000;
        Assert.Equal(2000, (await store.AddDatasetAsync(rows.ToAsyncEnumerable(), CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_said()
    {
        await using var store = new SqliteJobStore("Data Source=/proc/nowhere/jobs.db", TimeProvider.System);
        var problem = await Assert.ThrowsAsync<JobStoreException>(() => store.MigrateAsync(CancellationToken.None));
        Assert.Contains("cannot be opened", problem.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Postgres_that_restarts_is_said_and_works_again()
    {
        await using var under = new PostgresUnderTest();
        await using var store = new PostgresJobStore(under.ConnectionString + ";Application Name=cut", TimeProvider.System);
        await store.MigrateAsync(CancellationToken.None);
        PostgresSchema.CutConnections("cut");
        await Record.ExceptionAsync(() => store.ListDatasetsAsync(CancellationToken.None)); // a pooled connection may be found dead
        Assert.Empty(await store.ListDatasetsAsync(CancellationToken.None));
        await using var nowhere = new PostgresJobStore("Host=127.0.0.1;Port=1;Username=x;Timeout=1", TimeProvider.System);
        await Assert.ThrowsAsync<JobStoreException>(() => nowhere.ListDatasetsAsync(CancellationToken.None));
    }
}
