using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Grpo.Bench.Losses;

/// <summary>The loss over HTTP in JSON: megabytes of request body per second, answer included, as bodies grow.</summary>
public static class LossJsonOverHttp
{
    private const int WarmUps = 10;
    private const int Runs = 9;

    /// <summary>Measures bodies of about 12, 50 and 100 MB.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string executable)
    {
        var (server, _) = await ServerProcess.StartAsync(executable, "--Limits:MaxBodyBytes", (200L << 20).ToString(CultureInfo.InvariantCulture));
        using (server)
        {
            var figures = new List<Figure>();
            foreach (var rows in new[] { 32, 128, 256 })
            {
                var body = Encoding.UTF8.GetBytes(Json(LossBatch.Create(rows, 8192)));
                var speeds = new List<double>();
                for (var run = 0; run < WarmUps + Runs; run++)
                {
                    var started = Stopwatch.GetTimestamp();
                    using var content = new ByteArrayContent(body);
                    content.Headers.ContentType = new("application/json");
                    using var response = await server.Client.PostAsync(new Uri("/v1/loss", UriKind.Relative), content);
                    response.EnsureSuccessStatusCode();
                    await response.Content.CopyToAsync(Stream.Null);
                    if (run >= WarmUps) speeds.Add(body.Length / 1e6 / Stopwatch.GetElapsedTime(started).TotalSeconds);
                }

                figures.Add(new Figure($"JSON over HTTP, body of {body.Length / 1e6:0} MB", "MB/s", speeds, "at least 60"));
            }

            return figures;
        }
    }

    private static string Json(LossBatch batch) => JsonSerializer.Serialize(new
    {
        loss_type = "grpo",
        beta = LossBatch.Beta,
        sequences = batch.Sequences().Select(sequence => new
        {
            logprobs = sequence.Logprobs.ToArray(),
            old_logprobs = sequence.OldLogprobs!.ToArray(),
            ref_logprobs = sequence.RefLogprobs!.ToArray(),
            advantage = sequence.Advantages[0],
        }),
    });
}
