using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>Jobs, rows and results to store.</summary>
internal static class StoreFixtures
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    public static readonly string[] Policies = ["p"];
    public static CancellationToken None => CancellationToken.None;

    public static async Task<IJobStore> OpenedAsync(StoreUnderTest under, TimeProvider? time = null)
    {
        var store = under.Open(time);
        await store.MigrateAsync(None);
        return store;
    }

    public static async Task<Job> AddAsync(IJobStore store, int prompts, int samples = 1, int chunk = 100, string? key = null, string hash = "h")
    {
        var dataset = await store.AddDatasetAsync(AsyncRows([.. Enumerable.Range(0, prompts).Select(i => $$"""{"i":{{i}}}""")]), None);
        return await store.CreateAsync(new NewJob { Id = Guid.NewGuid().ToString("N"), Kind = JobKind.Evaluation, Policy = "p", Spec = "{}", DatasetId = dataset.Id, Prompts = prompts, SamplesPerPrompt = samples, ChunkPrompts = chunk, IdempotencyKey = key, RequestHash = hash }, None);
    }

    public static IAsyncEnumerable<string> AsyncRows(params string[] rows) => rows.ToAsyncEnumerable();

    public static SampleResult Result(int prompt, int sample, string completion = "c", string? error = null) => new()
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
