using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>What every store does; run on SQLite and on PostgreSQL.</summary>
internal static class StoreContract
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly string[] Policies = ["p"];
    private static CancellationToken None => CancellationToken.None;

    public static IReadOnlyList<(string Name, Func<StoreUnderTest, Task> Run)> All { get; } =
    [
        ("migrating twice and at once changes nothing", MigrateAsync),
        ("equal datasets are stored once", DatasetsAsync),
        ("a dataset that fails in the middle leaves nothing", FailingDatasetAsync),
        ("jobs are listed newest first, in pages", ListAsync),
        ("one key makes one job", IdempotencyAsync),
        ("each part is claimed once", ClaimAsync),
        ("a lease that runs out frees its part", ExpiryAsync),
        ("jobs take turns", TurnsAsync),
        ("a result is stored and counted once", CommitAsync),
        ("a cancelled job takes no more results", CancelAsync),
        ("states change only from the state expected", CompareAndSetAsync),
        ("a job without parts is finished once", FinishAsync),
        ("expired jobs go with their results, their dataset stays while named", RetentionAsync),
        ("text of every kind comes back", TextAsync),
    ];

    private static async Task MigrateAsync(StoreUnderTest under)
    {
        await using var one = under.Open();
        await using var other = under.Open();
        await Task.WhenAll(Task.Run(() => one.MigrateAsync(None)), Task.Run(() => other.MigrateAsync(None)));
        await one.MigrateAsync(None);
        Assert.Empty(await other.ListAsync(JobKind.Evaluation, null, 10, None));
    }

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
        Assert.False(await store.FinishAsync(job.Id, JobStatus.Succeeded, "{}", null, None));
        await store.ClaimAsync("me", Policies, Lease, None);
        Assert.True(await store.FinishAsync(job.Id, JobStatus.Failed, null, "why", None));
        Assert.False(await store.FinishAsync(job.Id, JobStatus.Succeeded, "{}", null, None));
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
        Assert.True(await store.FinishAsync(job.Id, JobStatus.Succeeded, """{"a":1}""", null, None));
        Assert.Null(await store.ClaimFinishAsync("third", Lease, None));
        Assert.Equal("""{"a":1}""", (await store.FindAsync(JobKind.Evaluation, job.Id, None))!.Report);
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

    private static async Task<IJobStore> OpenedAsync(StoreUnderTest under, TimeProvider? time = null)
    {
        var store = under.Open(time);
        await store.MigrateAsync(None);
        return store;
    }

    private static async Task<Job> AddAsync(IJobStore store, int prompts, int samples = 1, int chunk = 100, string? key = null, string hash = "h")
    {
        var dataset = await store.AddDatasetAsync(AsyncRows([.. Enumerable.Range(0, prompts).Select(i => $$"""{"i":{{i}}}""")]), None);
        return await store.CreateAsync(new NewJob { Id = Guid.NewGuid().ToString("N"), Kind = JobKind.Evaluation, Policy = "p", Spec = "{}", DatasetId = dataset.Id, Prompts = prompts, SamplesPerPrompt = samples, ChunkPrompts = chunk, IdempotencyKey = key, RequestHash = hash }, None);
    }

    private static IAsyncEnumerable<string> AsyncRows(params string[] rows) => rows.ToAsyncEnumerable();

    private static SampleResult Result(int prompt, int sample, string completion = "c", string? error = null) => new()
    {
        PromptIndex = prompt,
        SampleIndex = sample,
        Completion = completion,
        FinishReason = "stop",
        TokenCount = 3,
        PolicyVersion = 1,
        Reward = null,
        Scores = "[]",
        Error = error,
    };
}

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public void Step(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;
}
