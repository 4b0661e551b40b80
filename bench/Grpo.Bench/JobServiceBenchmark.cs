using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Grpo.Bench;

/// <summary>What a job does to the service that runs it: the latency of others, and memory.</summary>
public static class JobServiceBenchmark
{
    private const int WarmUps = 50;
    private const int Calls = 200;
    private const int RealRows = 5000;
    private const int ManyPrompts = 3125;
    private const int ManySamples = 32;
    private const int ManyRows = ManyPrompts * ManySamples;

    /// <summary>Runs both against the published service.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string executable)
    {
        var (server, _) = await ServerProcess.StartAsync(executable);
        using (server)
        {
            return [.. await LatencyAsync(server.Client), .. await MemoryAsync(server)];
        }
    }

    // The same calls idle, while an evaluation runs, and idle again.
    private static async Task<IEnumerable<Figure>> LatencyAsync(HttpClient client)
    {
        await CallAsync(client, WarmUps);
        var idle = await CallAsync(client, Calls);
        var path = await SubmitAsync(client, "some", RealRows, new { samples_per_prompt = 4 });
        var before = await UntilAsync(client, path, 200);
        var busy = await CallAsync(client, Calls);
        var during = await DoneAsync(client, path) - before;
        using var cancelled = await client.DeleteAsync(new Uri(path, UriKind.Relative));
        cancelled.EnsureSuccessStatusCode();
        idle.AddRange(await CallAsync(client, Calls));
        return
        [
            new Figure("p99 of a rollout of 4 completions of at most 32 tokens, idle", "ms", [P99(idle)], ""),
            new Figure("p99 of it while an evaluation runs", "ms", [P99(busy)], ""),
            new Figure("ratio of the two", "", [P99(busy) / P99(idle)], "at most 2"),
            new Figure("samples that the evaluation drew meanwhile", "", [during], ""),
        ];
    }

    // One token per sample: this is about rows.
    private static async Task<IEnumerable<Figure>> MemoryAsync(ServerProcess server)
    {
        var started = Stopwatch.GetTimestamp();
        var path = await SubmitAsync(server.Client, "many", ManyPrompts, new { samples_per_prompt = ManySamples, sampling = new { seed = 1, max_tokens = 1 } });
        await UntilAsync(server.Client, path, ManyRows / 10);
        var early = server.ResidentMegabytes();
        await UntilAsync(server.Client, path, ManyRows);
        while ((string)(await GetAsync(server.Client, path + "?wait=30"))["status"]! == "running") { }
        var late = server.ResidentMegabytes();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        server.ForgetPeak();
        var lines = 0L;
        using var reader = new StreamReader(await server.Client.GetStreamAsync(new Uri(path + "/results", UriKind.Relative)));
        while (await reader.ReadLineAsync() is not null) lines++;

        return
        [
            new Figure("an evaluation of 3,125 prompts x 32 samples, 100,000 result rows, from upload to report", "s", [seconds], ""),
            new Figure("resident memory after 10,000 of its samples", "MB", [early], ""),
            new Figure("resident memory at its end, the report made", "MB", [late], "no growth with the rows"),
            new Figure("most resident memory while its results are read", "MB", [server.PeakMegabytes()], "no growth with the rows"),
            new Figure("lines read", "", [lines], "100,000"),
        ];
    }

    private static async Task<List<double>> CallAsync(HttpClient client, int calls)
    {
        List<double> milliseconds = [];
        for (var call = 0; call < calls; call++)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await client.PostAsJsonAsync(new Uri("/v1/rollouts", UriKind.Relative), new { prompts = new[] { new { messages = new[] { new { role = "user", content = SumRows.Question(call) } } } }, group_size = 4, sampling = new { seed = call, max_tokens = 32 } });
            response.EnsureSuccessStatusCode();
            await response.Content.ReadAsByteArrayAsync();
            milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return milliseconds;
    }

    private static async Task<string> SubmitAsync(HttpClient client, string name, int rows, object settings)
    {
        using var body = new StringContent(string.Concat(Enumerable.Range(0, rows).Select(index => SumRows.Row(index).GetRawText() + "\n")), Encoding.UTF8, "application/x-ndjson");
        using var uploaded = await client.PutAsync(new Uri($"/v1/datasets/{name}", UriKind.Relative), body);
        uploaded.EnsureSuccessStatusCode();
        var request = System.Text.Json.JsonSerializer.SerializeToNode(settings)!;
        request["dataset"] = new JsonObject { ["name"] = name };
        request["rewards"] = new JsonArray(new JsonObject { ["name"] = "accuracy" });
        using var created = await client.PostAsJsonAsync(new Uri("/v1/evaluations", UriKind.Relative), request);
        created.EnsureSuccessStatusCode();
        return (string)(await created.Content.ReadFromJsonAsync<JsonNode>())!["links"]!["self"]!;
    }

    private static async Task<long> UntilAsync(HttpClient client, string path, long samples)
    {
        long done;
        while ((done = await DoneAsync(client, path)) < samples) await Task.Delay(50);
        return done;
    }

    private static async Task<long> DoneAsync(HttpClient client, string path) => (long)(await GetAsync(client, path))["progress"]!["done"]!;

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) => (await client.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative)))!;

    private static double P99(List<double> values) => values.Order().ElementAt((int)(0.99 * values.Count));
}
