using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Grpo.Bench;

/// <summary>Rollouts over HTTP: tokens per second as a trainer sees them, and the memory they take.</summary>
public static class ServiceBenchmark
{
    private const int WarmUps = 3;
    private const int Runs = 11;

    /// <summary>Runs the workload against the published service.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string executable)
    {
        var (server, _) = await ServerProcess.StartAsync(executable);
        using (server)
        {
            var tokensPerSecond = new List<double>();
            for (var run = 0; run < WarmUps + Runs; run++)
            {
                var started = Stopwatch.GetTimestamp();
                var tokens = await RolloutAsync(server.Client, run);
                if (run >= WarmUps)
                {
                    tokensPerSecond.Add(tokens / Stopwatch.GetElapsedTime(started).TotalSeconds);
                }
            }

            return
            [
                new Figure("16 prompts x 16 completions over HTTP", "completion tokens/s", tokensPerSecond, "at least 15,000"),
                new Figure("resident memory after it", "MB", [server.ResidentMegabytes()], "under 300"),
            ];
        }
    }

    private static async Task<double> RolloutAsync(HttpClient client, int run)
    {
        var prompts = Workload.Questions(run)
            .Select(question => new { messages = new[] { new { role = "user", content = question } } }).ToArray();
        using var response = await client.PostAsJsonAsync(
            new Uri("/v1/rollouts", UriKind.Relative), new { prompts, group_size = Workload.GroupSize, sampling = new { seed = run } });
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonObject>();
        return (double)answer!["usage"]!["completion_tokens"]!;
    }
}
