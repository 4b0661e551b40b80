using Grpo.Jobs.Stores;
using static Grpo.Jobs.Tests.Stores.StoreFixtures;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>What every store does with jobs as a whole.</summary>
internal static class JobContract
{
    public static IReadOnlyList<(string Name, Func<StoreUnderTest, Task> Run)> Rules { get; } =
    [
        ("jobs are listed newest first, in pages", ListAsync),
        ("one key makes one job", IdempotencyAsync),
        ("a cancelled job takes no more results", CancelAsync),
        ("states change only from the state expected", CompareAndSetAsync),
        ("a job without parts is finished once", FinishAsync),
        ("expired jobs go with their results, their dataset stays while named", RetentionAsync),
    ];

    private static async Task ListAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        List<string> ids = [];
        for (var i = 0; i < 5; i++) ids.Add((await AddAsync(store, prompts: 1)).Id);
        ids.Reverse();
        var first = await store.ListAsync(JobKind.Evaluation, null, 3, None);
        var rest = await store.ListAsync(JobKind.Evaluation, first[^1].Sequence, 3, None);
        Assert.Equal(ids, first.Concat(rest).Select(job => job.Id));
        Assert.Empty(await store.ListAsync(JobKind.Curation, null, 3, None));
        Assert.Null(await store.FindAsync(JobKind.Curation, ids[0], None));
        Assert.Equal(ids[0], (await store.FindAsync(JobKind.Evaluation, ids[0], None))!.Id);
    }

    private static async Task IdempotencyAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        var one = await AddAsync(store, prompts: 1, key: "k", hash: "a");
        Assert.Equal(one.Id, (await AddAsync(store, prompts: 1, key: "k", hash: "a")).Id);
        await Assert.ThrowsAsync<IdempotencyConflictException>(() => AddAsync(store, prompts: 1, key: "k", hash: "b"));
        Assert.Equal(one.Id, (await store.FindByKeyAsync(JobKind.Evaluation, "k", None))!.Id);
        Assert.Null(await store.FindByKeyAsync(JobKind.Curation, "k", None));
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => AddAsync(store, prompts: 1, key: "many", hash: "a"))));
        Assert.Single(made.Select(job => job.Id).Distinct());
    }

    private static async Task CancelAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        var job = await AddAsync(store, prompts: 4, chunk: 1);
        var chunk = (await store.ClaimAsync("me", Policies, Lease, None))!;
        Assert.True(await store.CancelAsync(job.Id, None));
        Assert.False(await store.CancelAsync(job.Id, None));
        Assert.False(await store.CommitAsync(job.Id, [Result(0, 0)], chunk, None));
        Assert.Empty(await store.ReadResultsAsync(job.Id, 0, 4, None));
        Assert.Null(await store.ClaimAsync("me", Policies, Lease, None));
        var now = (await store.FindAsync(JobKind.Evaluation, job.Id, None))!;
        Assert.Equal((JobStatus.Cancelled, 0L), (now.Status, now.Done));
        Assert.NotNull(now.FinishedAt);
    }

    private static async Task CompareAndSetAsync(StoreUnderTest under)
    {
        await using var store = await OpenedAsync(under);
        var job = await AddAsync(store, prompts: 1);
        Assert.False(await store.FinishAsync(job.Id, JobOutcome.Succeeded("{}", "{}"), None));
        await store.ClaimAsync("me", Policies, Lease, None);
        Assert.True(await store.FinishAsync(job.Id, JobOutcome.Failed("why"), None));
        Assert.False(await store.FinishAsync(job.Id, JobOutcome.Succeeded("{}", "{}"), None));
        Assert.False(await store.CancelAsync(job.Id, None));
        var now = (await store.FindAsync(JobKind.Evaluation, job.Id, None))!;
        Assert.Equal((JobStatus.Failed, "why"), (now.Status, now.Error));
    }

    private static async Task FinishAsync(StoreUnderTest under)
    {
        var clock = new SteppedClock();
        await using var store = await OpenedAsync(under, clock);
        var job = await AddAsync(store, prompts: 1);
        Assert.Null(await store.ClaimFinishAsync("me", Lease, None));
        var chunk = (await store.ClaimAsync("me", Policies, Lease, None))!;
        await store.CommitAsync(job.Id, [Result(0, 0)], chunk, None);
        Assert.Equal(job.Id, (await store.ClaimFinishAsync("me", Lease, None))!.Id);
        Assert.Null(await store.ClaimFinishAsync("them", Lease, None));
        clock.Step(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(job.Id, (await store.ClaimFinishAsync("them", Lease, None))!.Id);
        Assert.True(await store.FinishAsync(job.Id, JobOutcome.Succeeded("""{"a":1}""", """{"b":2}"""), None));
        Assert.Null(await store.ClaimFinishAsync("third", Lease, None));
        Assert.Equal("""{"a":1}""", await store.ReadReportAsync(job.Id, None));
        Assert.Equal("""{"b":2}""", (await store.FindAsync(JobKind.Evaluation, job.Id, None))!.Summary);
        Assert.Null(await store.ReadBaselineAsync(job.Id, None));
    }

    private static async Task RetentionAsync(StoreUnderTest under)
    {
        var clock = new SteppedClock();
        await using var store = await OpenedAsync(under, clock);
        var named = await store.AddDatasetAsync(AsyncRows("""{"kept":1}"""), None);
        await store.NameDatasetAsync("kept", named.Id, None);
        var job = await AddAsync(store, prompts: 1);
        var running = await AddAsync(store, prompts: 1);
        await store.CancelAsync(job.Id, None);
        clock.Step(TimeSpan.FromDays(2));
        Assert.Equal(1, await store.RemoveExpiredAsync(clock.GetUtcNow() - TimeSpan.FromDays(1), None));
        Assert.Null(await store.FindAsync(JobKind.Evaluation, job.Id, None));
        Assert.NotNull(await store.FindAsync(JobKind.Evaluation, running.Id, None));
        Assert.Single(await store.ReadRowsAsync(named.Id, 0, 1, None));
        Assert.Single(await store.ReadRowsAsync(running.DatasetId, 0, 1, None));
        await store.CancelAsync(running.Id, None);
        clock.Step(TimeSpan.FromDays(2));
        await store.RemoveExpiredAsync(clock.GetUtcNow() - TimeSpan.FromDays(1), None);
        Assert.Empty(await store.ReadRowsAsync(running.DatasetId, 0, 1, None));
    }
}
