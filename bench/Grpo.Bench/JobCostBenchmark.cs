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

    // Short completions: the machinery's share is largest where the policy does little.
    private static readonly RolloutSampling Sampling = new() { Seed = 1, MaxTokens = 16 };

    /// <summary>Half of the direct calls, the job, the other half: what else the machine does falls on both.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string modelFolder)
    {
        var tokenizer = ModelTokenizer.Load(modelFolder, TimeProvider.System);
        await using var catalog = new PolicyCatalog("bench");
        var policy = OnnxPolicy.Open("bench", modelFolder, tokenizer, new OnnxPolicyOptions());
        catalog.Add(policy);
        await DirectAsync(policy, 0, Prompts / 10);
        await JobAsync(catalog, Prompts / 10);
        List<Cost> direct = [await DirectAsync(policy, 0, Prompts / 2)];
        var job = await JobAsync(catalog, Prompts);
        direct.Add(await DirectAsync(policy, Prompts / 2, Prompts / 2));
        return
        [
            new Figure("5,000 samples of at most 16 tokens called directly, two requests of 32 groups at a time; before and after the job", "s", [.. direct.Select(half => half.Seconds)], ""),
            new Figure("10,000 such samples as an evaluation on SQLite", "s", [job.Seconds], ""),
            new Figure("time that the job takes more than the 10,000 direct ones", "%", [More(job.Seconds, direct.Sum(half => half.Seconds))], "at most 5"),
            new Figure("processor time that it takes more, which other programs do not touch", "%", [More(job.Processor, direct.Sum(half => half.Processor))], "at most 5"),
        ];
    }

    private static async Task<Cost> DirectAsync(OnnxPolicy policy, int first, int prompts)
    {
        RewardSet rewards = new([WeightedReward.Bind("accuracy")]);
        var begin = Cost.Now;
        await Parallel.ForEachAsync(Enumerable.Range(first, prompts).Chunk(RequestGroups), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (chunk, token) =>
        {
            var groups = await Task.WhenAll(chunk.Select(index => policy.SampleAsync(Group(policy.Tokenizer, index), token)));
            rewards.Score([.. groups.SelectMany((group, i) => GroupSamples.Of(group, $"{i}", "", null, SumRows.Reference(chunk[i])))], cancellationToken: token);
        });
        return Cost.Now.Since(begin);
    }

    private static async Task<Cost> JobAsync(PolicyCatalog catalog, int prompts)
    {
        var folder = Directory.CreateTempSubdirectory("grpo-bench-");
        await using var store = new SqliteJobStore($"Data Source={Path.Combine(folder.FullName, "jobs.db")}", TimeProvider.System);
        await store.MigrateAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var running = new JobRunner(store, catalog, new JobRunnerOptions(), TimeProvider.System, problem => Console.Error.WriteLine(problem)).RunAsync(stop.Token);
        var begin = Cost.Now;
        var job = await new JobIntake(store, catalog, new DatasetLimits(null, 1_000_000, 1 << 20), TimeProvider.System).SubmitAsync(
            new EvaluationRequest { Dataset = new DatasetSource { Rows = [.. Enumerable.Range(0, prompts).Select(SumRows.Row)] }, SamplesPerPrompt = Samples, Sampling = Sampling, Rewards = [new RewardSpec { Name = "accuracy" }] },
            null, CancellationToken.None);
        while (!(await store.FindAsync(JobKind.Evaluation, job.Id, CancellationToken.None))!.IsOver) await Task.Delay(10);
        var cost = Cost.Now.Since(begin);
        await stop.CancelAsync();
        await running;
        folder.Delete(recursive: true);
        return cost;
    }

    private static double More(double job, double direct) => 100 * ((job / direct) - 1);

    private static GroupRequest Group(IPolicyTokenizer tokenizer, int index) => new()
    {
        PromptTokenIds = tokenizer.Encode(tokenizer.RenderChat(new ChatRequest { Messages = [new() { ["role"] = "user", ["content"] = SumRows.Question(index) }] }), addSpecialTokens: false),
        GroupSize = Samples,
        PromptIndex = index,
        Seed = 1,
        Sampling = Sampling.ToOptions(),
    };

    /// <summary>Seconds on the clock and of this process's processors.</summary>
    private readonly record struct Cost(double Seconds, double Processor)
    {
        public static Cost Now => new(Stopwatch.GetElapsedTime(0).TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);

        public Cost Since(Cost begin) => new(Seconds - begin.Seconds, Processor - begin.Processor);
    }
}
