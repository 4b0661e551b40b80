using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Engines;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Bench;

/// <summary>What the machinery of jobs costs: time over the same rollouts called directly, the latency of others, memory.</summary>
public static class JobsBenchmark
{
    private const int Prompts = 2500;
    private const int Samples = 4;
    private const int Pairs = 2;
    private const int Calls = 300;
    private const int ManyRows = 100_000;

    /// <summary>Job against direct calls, taking turns in this process.</summary>
    public static async Task<IEnumerable<Figure>> CostAsync(string modelFolder)
    {
        var tokenizer = ModelTokenizer.Load(modelFolder, TimeProvider.System);
        await using var catalog = new PolicyCatalog("bench");
        var policy = OnnxPolicy.Open("bench", modelFolder, tokenizer, new OnnxPolicyOptions());
        catalog.Add(policy);
        await DirectAsync(policy, seed: 0, Prompts / 10);
        List<double> direct = [], job = [], ratio = [];
        for (var pair = 1; pair <= Pairs; pair++)
        {
            direct.Add(await DirectAsync(policy, pair, Prompts));
            job.Add(await JobAsync(catalog, pair));
            ratio.Add(100 * ((job[^1] / direct[^1]) - 1));
        }

        return
        [
            new Figure("10,000 samples called directly, two requests of 32 groups at a time", "s", direct, ""),
            new Figure("10,000 samples as an evaluation on SQLite", "s", job, ""),
            new Figure("what the job costs more", "%", ratio, "at most 5"),
        ];
    }

    /// <summary>Rollouts of others while a job runs, and the memory of a job of many rows.</summary>
    public static async Task<IEnumerable<Figure>> ServerAsync(string executable)
    {
        var (server, _) = await ServerProcess.StartAsync(executable);
        using (server)
        {
            await LatenciesAsync(server.Client);
            var idle = await LatenciesAsync(server.Client);
            var path = await SubmitAsync(server.Client, ManyRows, samples: 1);
            while (await DoneAsync(server.Client, path) < 1000) await Task.Delay(20);
            var before = await DoneAsync(server.Client, path);
            var early = server.ResidentMegabytes();
            var busy = await LatenciesAsync(server.Client);
            var during = await DoneAsync(server.Client, path) - before;
            long done;
            while ((done = await DoneAsync(server.Client, path)) < ManyRows) await Task.Delay(200);
            var late = server.ResidentMegabytes();
            return
            [
                new Figure("p99 of a rollout of 4 completions, idle", "ms", [Percentile(idle)], ""),
                new Figure("p99 of it while a job runs", "ms", [Percentile(busy)], ""),
                new Figure("ratio of the two", "", [Percentile(busy) / Percentile(idle)], "at most 2"),
                new Figure("samples that the job drew meanwhile", "", [during], ""),
                new Figure("resident memory at the beginning of a job of 100,000 rows", "MB", [early], ""),
                new Figure("resident memory at its end", "MB", [late], "no growth with the rows"),
            ];
        }
    }

    private static async Task<double> DirectAsync(OnnxPolicy policy, int seed, int prompts)
    {
        RewardSet rewards = new([WeightedReward.Bind("accuracy")]);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, prompts).Chunk(32), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (chunk, token) =>
        {
            var groups = await Task.WhenAll(chunk.Select(index => policy.SampleAsync(Group(policy.Tokenizer, index, seed), token)));
            rewards.Score([.. groups.SelectMany((group, i) => GroupSamples.Of(group, $"{i}", "", null, Reference(chunk[i])))], cancellationToken: token);
        });
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> JobAsync(PolicyCatalog catalog, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("grpo-bench-").FullName;
        await using var store = new SqliteJobStore($"Data Source={Path.Combine(folder, "jobs.db")}", TimeProvider.System);
        await store.MigrateAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var running = new JobRunner(store, catalog, new JobRunnerOptions(), TimeProvider.System, problem => Console.Error.WriteLine(problem)).RunAsync(stop.Token);
        var started = Stopwatch.GetTimestamp();
        var job = await new JobIntake(store, catalog, new DatasetLimits(null, 1_000_000, 1 << 20), TimeProvider.System).SubmitAsync(
            new EvaluationRequest { Dataset = new DatasetSource { Rows = [.. Enumerable.Range(0, Prompts).Select(Row)] }, SamplesPerPrompt = Samples, Sampling = new RolloutSampling { Seed = seed }, Rewards = [new RewardSpec { Name = "accuracy" }] },
            null, CancellationToken.None);
        while (!(await store.FindAsync(JobKind.Evaluation, job.Id, CancellationToken.None))!.IsOver) await Task.Delay(10);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await stop.CancelAsync();
        await running;
        Directory.Delete(folder, recursive: true);
        return seconds;
    }

    private static async Task<List<double>> LatenciesAsync(HttpClient client)
    {
        List<double> milliseconds = [];
        for (var call = 0; call < Calls; call++)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await client.PostAsJsonAsync(new Uri("/v1/rollouts", UriKind.Relative), new { prompts = new[] { new { messages = new[] { new { role = "user", content = Question(call) } } } }, group_size = 4, sampling = new { seed = call } });
            response.EnsureSuccessStatusCode();
            await response.Content.ReadAsByteArrayAsync();
            milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return milliseconds;
    }

    private static async Task<string> SubmitAsync(HttpClient client, int rows, int samples)
    {
        using var body = new StringContent(string.Concat(Enumerable.Range(0, rows).Select(index => Row(index).GetRawText() + "\n")), System.Text.Encoding.UTF8, "application/x-ndjson");
        using var uploaded = await client.PutAsync(new Uri("/v1/datasets/many", UriKind.Relative), body);
        uploaded.EnsureSuccessStatusCode();
        using var created = await client.PostAsJsonAsync(new Uri("/v1/evaluations", UriKind.Relative), new { dataset = new { name = "many" }, samples_per_prompt = samples, sampling = new { seed = 1, max_tokens = 8 }, rewards = new[] { new { name = "accuracy" } } });
        created.EnsureSuccessStatusCode();
        return (string)(await created.Content.ReadFromJsonAsync<JsonNode>())!["links"]!["self"]!;
    }

    private static async Task<long> DoneAsync(HttpClient client, string path) => (long)(await client.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative)))!["progress"]!["done"]!;

    private static double Percentile(List<double> values) => values.Order().ElementAt((int)(0.99 * values.Count));

    private static GroupRequest Group(IPolicyTokenizer tokenizer, int index, int seed) => new()
    {
        PromptTokenIds = tokenizer.Encode(tokenizer.RenderChat(new ChatRequest { Messages = [new() { ["role"] = "user", ["content"] = Question(index) }] }), addSpecialTokens: false),
        GroupSize = Samples,
        PromptIndex = index,
        Seed = seed,
        Sampling = new SamplingOptions(),
    };

    private static string Question(int index) => $"What is {11 + (index * 7 % 89)} + {12 + (index * 13 % 87)}?";

    private static JsonElement Reference(int index) => JsonSerializer.SerializeToElement(new { answer = $"{23 + (index * 7 % 89) + (index * 13 % 87)}" });

    private static JsonElement Row(int index) => JsonSerializer.SerializeToElement(new { question = Question(index), answer = $"{23 + (index * 7 % 89) + (index * 13 % 87)}" });
}
