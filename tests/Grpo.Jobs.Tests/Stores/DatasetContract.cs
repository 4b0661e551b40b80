using Grpo.Jobs.Stores;
using static Grpo.Jobs.Tests.Stores.StoreFixtures;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>What every store does with datasets.</summary>
internal static class DatasetContract
{
    public static IReadOnlyList<(string Name, Func<StoreUnderTest, Task> Run)> Rules { get; } =
    [
        ("equal datasets are stored once", DatasetsAsync),
        ("a dataset that fails in the middle leaves nothing", FailingDatasetAsync),
    ];

    private static async Task DatasetsAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        var rows = Enumerable.Range(0, 2500).Select(i => $$"""{"i":{{i}}}""").ToList();
        var one = await store.AddDatasetAsync(rows.ToAsyncEnumerable(), None);
        var again = await store.AddDatasetAsync(rows.ToAsyncEnumerable(), None);
        Assert.Equal((one.Id, one.Hash, 2500), (again.Id, again.Hash, again.Rows));
        Assert.NotEqual(one.Hash, (await store.AddDatasetAsync(rows.Take(3).ToAsyncEnumerable(), None)).Hash);
        Assert.Equal(rows.Skip(999).Take(3), await store.ReadRowsAsync(one.Id, 999, 3, None));
        Assert.True(await store.NameDatasetAsync("numbers", one.Id, None));
        Assert.False(await store.NameDatasetAsync("numbers", one.Id, None));
        Assert.Equal(one, await store.FindDatasetAsync("numbers", None));
        Assert.Equal("numbers", Assert.Single(await store.ListDatasetsAsync(None)).Name);
        Assert.True(await store.RemoveDatasetAsync("numbers", None));
        Assert.False(await store.RemoveDatasetAsync("numbers", None));
        Assert.Null(await store.FindDatasetAsync("numbers", None));
    }

    private static async Task FailingDatasetAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        var rows = Enumerable.Range(0, 1500).Select(i => i < 1400 ? "{}" : throw new FormatException("line 1401"));
        await Assert.ThrowsAsync<FormatException>(() => store.AddDatasetAsync(rows.ToAsyncEnumerable(), None));
        var whole = await store.AddDatasetAsync(Enumerable.Repeat("{}", 1400).ToAsyncEnumerable(), None);
        Assert.Equal(1400, whole.Rows);
    }
}
