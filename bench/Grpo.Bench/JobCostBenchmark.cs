using System.Diagnostics;
using Grpo.Engines;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Bench;

/// <summary>What the machinery of jobs costs over the same rollouts and rewards called directly, in this process.</summary>
public static class JobCostBenchmark
{
    private const int Prompts = 2500;
    private const int Samples = 4;
    private const int RequestGroups = 32;
    private const int Rounds = 5;

    /// <summary>In each round half of the direct calls, the job, the other half: what else the machine does falls on both.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string modelFolder)
    {
        var tokenizer = ModelTokenizer.Load(modelFolder, TimeProvider.System);
        await using var catalog = new PolicyCatalog("bench");
        var policy = OnnxPolicy.Open("bench", modelFolder, tokenizer, new OnnxPolicyOptions());
        catalog.Add(policy);

        // The run-time compiles the hot loops anew while they warm up, which would count for whoever comes first.
        RolloutSampling whole = new() { Seed = 1, MaxTokens = 128 };
        await DirectAsync(policy, whole, 0, Prompts);
        await JobAsync(catalog, whole, Prompts);
        return
        [
            .. await RoundsAsync(catalog, policy, whole, "completions that end on their own, 33 tokens on average", "at most 5"),
            .. await RoundsAsync(catalog, policy, whole with { MaxTokens = 16 }, "completions cut at 16 tokens, of which the machinery's share is larger", ""),
        ];
    }

    private static async Task<IEnumerable<Figure>> RoundsAsync(PolicyCatalog catalog, OnnxPolicy policy, RolloutSampling sampling, string what, string target)
    {
        var (direct, jobs) = (new List<Cost>(), new List<Cost>());
        for (var round = 0; round < Rounds; round++)
        {
            var before = await DirectAsync(policy, sampling, 0, Prompts / 2);
            jobs.Add(await JobAsync(catalog, sampling, Prompts));
            direct.Add(before.Plus(await DirectAsync(policy, sampling, Prompts / 2, Prompts / 2)));
        }

        return
        [
            new Figure($"10,000 {what}: called directly, two requests of 32 groups at a time, half before the job, half after", "s", [.. direct.Select(cost => cost.Seconds)], ""),
            new Figure("the same as an evaluation on SQLite", "s", [.. jobs.Select(cost => cost.Seconds)], ""),
            new Figure("time that the job takes more than the direct calls of its round", "%", [.. jobs.Zip(direct, (job, calls) => More(job.Seconds, calls.Seconds))], target),
            new Figure("processor time that it takes more", "%", [.. jobs.Zip(direct, (job, calls) => More(job.Processor, calls.Processor))], target),
        ];
    }

    private static async Task<Cost> DirectAsync(OnnxPolicy policy, RolloutSampling sampling, int first, int prompts)
    {
        RewardSet rewards = new([WeightedReward.Bind("accuracy")]);
        var begin = Cost.Now;
        await Parallel.ForEachAsync(Enumerable.Range(first, prompts).Chunk(RequestGroups), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (chunk, token) =>
        {
            var groups = await Task.WhenAll(chunk.Select(index => policy.SampleAsync(Group(policy.Tokenizer, sampling, index), token)));
            rewards.Score([.. groups.SelectMany((group, i) => GroupSamples.Of(group, $"{i}", "", null, SumRows.Reference(chunk[i])))], cancellationToken: token);
        });
        return Cost.Now.Since(begin);
    }

    private static async Task<Cost> JobAsync(PolicyCatalog catalog, RolloutSampling sampling, int prompts)
    {
        var folder = Directory.CreateTempSubdirectory("grpo-bench-");
        await using var store = new SqliteJobStore($"Data Source={Path.Combine(folder.FullName, "jobs.db")}", TimeProvider.System);
        await store.MigrateAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var running = new JobRunner(store, catalog, new JobRunnerOptions(), TimeProvider.System, problem => Console.Error.WriteLine(problem)).RunAsync(stop.Token);
        var begin = Cost.Now;
        var job = await new JobIntake(store, catalog, new DatasetLimits(null, 1_000_000, 1 << 20), TimeProvider.System).SubmitAsync(
            new EvaluationRequest { Dataset = new DatasetSource { Rows = [.. Enumerable.Range(0, prompts).Select(SumRows.Row)] }, SamplesPerPrompt = Samples, Sampling = sampling, Rewards = [new RewardSpec { Name = "accuracy" }] },
            null, CancellationToken.None);
        while (!(await store.FindAsync(JobKind.Evaluation, job.Id, CancellationToken.None))!.IsOver) await Task.Delay(25);
        var cost = Cost.Now.Since(begin);
        await stop.CancelAsync();
        await running;
        folder.Delete(recursive: true);
        return cost;
    }

    private static double More(double job, double direct) => 100 * ((job / direct) - 1);

    private static GroupRequest Group(IPolicyTokenizer tokenizer, RolloutSampling sampling, int index) => new()
    {
        PromptTokenIds = tokenizer.Encode(tokenizer.RenderChat(new ChatRequest { Messages = [new() { ["role"] = "user", ["content"] = SumRows.Question(index) }] }), addSpecialTokens: false),
        GroupSize = Samples,
        PromptIndex = index,
        Seed = 1,
        Sampling = sampling.ToOptions(),
    };

    /// <summary>Seconds on the clock and of this process's processors.</summary>
    private readonly record struct Cost(double Seconds, double Processor)
    {
        public static Cost Now => new(Stopwatch.GetElapsedTime(0).TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);

        public Cost Plus(Cost other) => new(Seconds + other.Seconds, Processor + other.Processor);

        public Cost Since(Cost begin) => new(Seconds - begin.Seconds, Processor - begin.Processor);
    }
}
