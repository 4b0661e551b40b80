using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rewards;

namespace Grpo.Bench;

/// <summary>Rewards over HTTP and in process: samples per second, text per second, and what hostile answers cost.</summary>
/// <param name="data">The folder with other people's test data, whose rewards/*.jsonl are read.</param>
public sealed class RewardsBenchmark(string data)
{
    private const int Samples = 4_096;
    private const int WarmUps = 30;
    private const int Runs = 11;
    private const double Megabyte = 1_000_000;

    /// <summary>Runs everything.</summary>
    public async Task<IEnumerable<Figure>> RunAsync(string executable) => [.. await OverHttpAsync(executable), .. Language(), .. Hostile()];

    /// <summary>GSM8K questions with solutions of models, three rewards, one request.</summary>
    private async Task<IEnumerable<Figure>> OverHttpAsync(string executable)
    {
        var body = Encoding.UTF8.GetBytes(Request().ToJsonString());
        var (server, _) = await ServerProcess.StartAsync(executable);
        using (server)
        {
            var perSecond = new List<double>();
            for (var run = 0; run < WarmUps + Runs; run++)
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var started = Stopwatch.GetTimestamp();
                using var response = await server.Client.PostAsync(new Uri("/v1/rewards", UriKind.Relative), content);
                response.EnsureSuccessStatusCode();
                await response.Content.ReadAsByteArrayAsync();
                if (run >= WarmUps)
                {
                    perSecond.Add(Samples / Stopwatch.GetElapsedTime(started).TotalSeconds);
                }
            }

            return [new Figure($"POST /v1/rewards, {Samples:n0} GSM8K samples, accuracy + format + language_consistency", "samples/s", perSecond, "at least 20,000")];
        }
    }

    private JsonObject Request()
    {
        JsonNode[] rows = [.. Rows("gsm8k_solutions.jsonl")];
        var samples = new JsonArray();
        for (var i = 0; i < Samples; i++)
        {
            var row = rows[i % rows.Length];
            samples.Add(new JsonObject { ["completion"] = $"<think>{row["solution"]}</think>\n<answer>{row["gold"]}</answer>", ["reference"] = new JsonObject { ["answer"] = (string)row["gold"]!, ["language"] = "en" } });
        }

        return new JsonObject
        {
            ["rewards"] = new JsonArray(new JsonObject { ["name"] = "accuracy" }, new JsonObject { ["name"] = "format" }, new JsonObject { ["name"] = "language_consistency" }),
            ["samples"] = samples,
        };
    }

    /// <summary>All sentences of all languages as chains of thought of about 4 kB, on one thread.</summary>
    private IEnumerable<Figure> Language()
    {
        var byLanguage = Rows("language_sentences.jsonl").GroupBy(row => (string)row["lang"]!, row => (string)row["text"]!);
        (string Target, string Text)[] texts = [.. byLanguage.SelectMany(group => group.Chunk(20), (group, chunk) => (group.Key, string.Join('\n', chunk)))];
        var reward = (ISampleReward)RewardCatalog.Find("language_consistency")!.Bind(null);
        RewardSample[] samples = [.. texts.Select(text => new RewardSample { Completion = text.Text, Reference = JsonSerializer.SerializeToElement(new { language = text.Target }) })];
        var bytes = texts.Sum(text => Encoding.UTF8.GetByteCount(text.Text));
        var started = Stopwatch.GetTimestamp();
        reward.Score(samples[0]);
        var load = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var perSecond = Timed(() => Array.ForEach(samples, sample => reward.Score(sample))).Select(seconds => bytes / Megabyte / seconds);
        return
        [
            new Figure("language_consistency, 25 languages, one thread", "MB of UTF-8/s", [.. perSecond], "at least 5"),
            new Figure("the first score, which reads the language model", "ms", [load], ""),
        ];
    }

    /// <summary>Answers made to exhaust a maths engine, through accuracy, each alone.</summary>
    private IEnumerable<Figure> Hostile()
    {
        var reward = (ISampleReward)RewardCatalog.Find("accuracy")!.Bind(null);
        var (slowest, largest) = (new List<double>(), new List<double>());
        foreach (var row in Rows("issue_cases.jsonl").Where(row => (string?)row["kind"] == "dos"))
        {
            var sample = new RewardSample { Completion = $@"\boxed{{{row["pred"]}}}", Reference = JsonSerializer.SerializeToElement(new { answer = row["gold"]!.ToString() }) };
            slowest.Add(1_000 * Timed(() => reward.Score(sample)).Order().ElementAt(Runs / 2));
            var before = GC.GetAllocatedBytesForCurrentThread();
            reward.Score(sample);
            largest.Add((GC.GetAllocatedBytesForCurrentThread() - before) / Megabyte);
        }

        return
        [
            new Figure($"hostile answers, {slowest.Count} of them: time of each", "ms", slowest, "at most 50 each"),
            new Figure("the same: memory allocated by each", "MB", largest, "at most 64 each"),
        ];
    }

    private static double[] Timed(Action action)
    {
        var seconds = new double[Runs];
        for (var run = -WarmUps; run < Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            if (run >= 0)
            {
                seconds[run] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        }

        return seconds;
    }

    private IEnumerable<JsonNode> Rows(string file) => File.ReadLines(Path.Combine(data, "rewards", file)).Select(line => JsonNode.Parse(line)!);
}
