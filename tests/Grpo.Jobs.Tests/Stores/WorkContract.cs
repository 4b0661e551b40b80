using Grpo.Jobs.Stores;
using static Grpo.Jobs.Tests.Stores.StoreFixtures;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>What every store does with the work on jobs.</summary>
internal static class WorkContract
{
    public static IReadOnlyList<(string Name, Func<StoreUnderTest, Task> Run)> Rules { get; } =
    [
        ("each part is claimed once", ClaimAsync),
        ("a lease that runs out frees its part", ExpiryAsync),
        ("jobs take turns", TurnsAsync),
        ("a result is stored and counted once", CommitAsync),
        ("text of every kind comes back", TextAsync),
    ];

    private static async Task ClaimAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        await using var other = under.Open();
        var job = await AddAsync(store, prompts: 40, chunk: 2);
        Assert.Null(await store.ClaimAsync("me", ["another policy"], Lease, None));
        Assert.Null(await store.ClaimAsync("me", [], Lease, None));
        var claims = await Task.WhenAll(Enumerable.Range(0, 15).Select(i => Task.Run(() => (i % 2 == 0 ? store : other).ClaimAsync($"w{i}", Policies, Lease, None))));
        var claimed = claims.OfType<JobChunk>().ToList();
        Assert.Equal(claimed.Distinct().Count(), claimed.Count);
        while (await store.ClaimAsync("rest", Policies, Lease, None) is { } chunk) claimed.Add(chunk);
        Assert.Equal(Enumerable.Range(0, 20), claimed.Select(chunk => chunk.Index).Order());
        Assert.Equal(JobStatus.Running, (await store.FindAsync(JobKind.Evaluation, job.Id, None))!.Status);
        Assert.Contains("rest", await store.OwnersAsync(None));
    }

    private static async Task ExpiryAsync(StoreUnderTest under)
    {
        var clock = new SteppedClock();
        await using var store = await OpenedAsync(under, clock);
        await AddAsync(store, prompts: 2, chunk: 1);
        var mine = await store.ClaimAsync("me", Policies, Lease, None);
        var theirs = await store.ClaimAsync("them", Policies, Lease, None);
        Assert.Null(await store.ClaimAsync("third", Policies, Lease, None));
        clock.Step(Lease / 2);
        await store.RenewAsync("me", Lease, None);
        clock.Step((Lease / 2) + TimeSpan.FromSeconds(1));
        Assert.Equal(theirs, await store.ClaimAsync("third", Policies, Lease, None));
        Assert.Null(await store.ClaimAsync("third", Policies, Lease, None));
        await store.ReleaseAsync("me", mine, None);
        Assert.Equal(mine, await store.ClaimAsync("third", Policies, Lease, None));
    }

    private static async Task TurnsAsync(StoreUnderTest under)
    {
        var clock = new SteppedClock();
        await using var store = await OpenedAsync(under, clock);
        var (one, other) = (await AddAsync(store, prompts: 4, chunk: 1), await AddAsync(store, prompts: 4, chunk: 1));
        List<string> order = [];
        for (var i = 0; i < 4; i++)
        {
            clock.Step(TimeSpan.FromMilliseconds(5));
            order.Add((await store.ClaimAsync("me", Policies, Lease, None))!.JobId);
        }

        Assert.Equal([one.Id, other.Id, one.Id, other.Id], order);
    }

    private static async Task CommitAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        var job = await AddAsync(store, prompts: 2, samples: 2);
        var chunk = (await store.ClaimAsync("me", Policies, Lease, None))!;
        Assert.True(await store.CommitAsync(job.Id, [Result(0, 0), Result(0, 1, error: "no")], null, None));
        Assert.True(await store.CommitAsync(job.Id, [Result(0, 0, "again"), Result(0, 1)], null, None));
        var now = (await store.FindAsync(JobKind.Evaluation, job.Id, None))!;
        Assert.Equal((2, 1), (now.Done, now.Errored));
        Assert.True(now.Revision > job.Revision);
        Assert.Equal([0], await store.FinishedPromptsAsync(job.Id, 0, 2, None));
        Assert.True(await store.CommitAsync(job.Id, [Result(1, 0), Result(1, 1)], chunk, None));
        var results = await store.ReadResultsAsync(job.Id, 0, 2, None);
        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1)], results.Select(result => (result.PromptIndex, result.SampleIndex)));
        Assert.Equal(Result(0, 0), results[0]);
        Assert.Null(await store.ClaimAsync("me", Policies, Lease, None));
    }

    private static async Task TextAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        var job = await AddAsync(store, prompts: 1);
        var chunk = (await store.ClaimAsync("me", Policies, Lease, None))!;
        const string Text = "naïve 你好 🙂 'quoted' \"double\" \\ back\nline\ttab";
        await store.CommitAsync(job.Id, [Result(0, 0, Text) with { Prompt = Text, Reward = 0.1 }], chunk, None);
        var stored = Assert.Single(await store.ReadResultsAsync(job.Id, 0, 1, None));
        Assert.Equal((Text, Text, 0.1), (stored.Completion, stored.Prompt, stored.Reward));
        await store.CommitAsync(job.Id, [Result(0, 1, "nul \0 here")], null, None);
        Assert.StartsWith("nul ", (await store.ReadResultsAsync(job.Id, 0, 1, None))[1].Completion, StringComparison.Ordinal);
    }
}
