using Grpo.Jobs.Stores;
using static Grpo.Jobs.Tests.Stores.StoreFixtures;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>What every store does; run on SQLite and on PostgreSQL.</summary>
internal static class StoreContract
{
    public static IReadOnlyList<(string Name, Func<StoreUnderTest, Task> Run)> All { get; } =
        [("migrating twice and at once changes nothing", MigrateAsync), .. DatasetContract.Rules, .. JobContract.Rules, .. WorkContract.Rules];

    private static async Task MigrateAsync(StoreUnderTest under)
    {
        await using var one = under.Open();
        await using var other = under.Open();
        await Task.WhenAll(Task.Run(() => one.MigrateAsync(None)), Task.Run(() => other.MigrateAsync(None)));
        await one.MigrateAsync(None);
        Assert.Empty(await other.ListAsync(JobKind.Evaluation, null, 10, None));
    }
}
