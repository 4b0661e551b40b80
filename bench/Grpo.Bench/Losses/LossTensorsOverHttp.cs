using System.Diagnostics;
using System.Net.Http.Headers;

namespace Grpo.Bench.Losses;

/// <summary>The same loss over HTTP in safetensors, beside an endpoint that only echoes as many bytes.</summary>
public static class LossTensorsOverHttp
{
    private const string Type = "application/vnd.safetensors";
    private const string EchoUrl = "http://127.0.0.1:5088";
    private const int WarmUps = 150;
    private const int Runs = 41;

    /// <summary>Measures time and memory of the published service.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string executable)
    {
        var body = LossBatch.Create(64, 8192).ToSafetensors();
        var (server, _) = await ServerProcess.StartAsync(executable);
        using (server)
        {
            var (memory, answer) = await MemoryAsync(server, body);
            var (ours, echoes) = await TimesAsync(server.Client, body, answer);
            var bodies = (body.Length + answer) / 1e6;
            return
            [
                new Figure($"safetensors over HTTP, {body.Length / 1e6:0.0} MB in, {answer / 1e6:0.0} MB out", "ms", ours, ""),
                new Figure("an echo endpoint with bodies of the same size", "ms", echoes, ""),
                new Figure("times the duration of the echo", "", [.. ours.Zip(echoes, (mine, echo) => mine / echo)], "at most 2"),
                new Figure("peak memory of the first such request, times the bodies", "", [memory / bodies], "at most 1.5"),
            ];
        }
    }

    /// <summary>What the resident memory grows by in the first large request of a process that has answered small ones.</summary>
    private static async Task<(double Megabytes, int Answer)> MemoryAsync(ServerProcess server, byte[] body)
    {
        var small = LossBatch.Create(4, 8192).ToSafetensors();
        for (var run = 0; run < WarmUps; run++) await PostAsync(server.Client, "/v1/loss", small);
        var before = server.ResidentMegabytes();
        server.ForgetPeak();
        var answer = await PostAsync(server.Client, "/v1/loss", body);
        return (server.PeakMegabytes() - before, answer);
    }

    /// <summary>One after the other in turn, so that what disturbs the machine disturbs both.</summary>
    private static async Task<(double[] Ours, double[] Echoes)> TimesAsync(HttpClient client, byte[] body, int answer)
    {
        var (ours, echoes) = (new List<double>(), new List<double>());
        using var echo = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["echo", EchoUrl]))!;
        try
        {
            using var echoClient = new HttpClient { BaseAddress = new Uri(EchoUrl) };
            await ReadyAsync(echoClient);
            for (var run = 0; run < WarmUps + Runs; run++)
            {
                var mine = await TimedAsync(client, "/v1/loss", body);
                var theirs = await TimedAsync(echoClient, $"/echo?answer={answer}", body);
                if (run < WarmUps) continue;
                ours.Add(mine);
                echoes.Add(theirs);
            }
        }
        finally
        {
            echo.Kill();
            await echo.WaitForExitAsync();
        }

        return ([.. ours], [.. echoes]);
    }

    private static async Task ReadyAsync(HttpClient client)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            try
            {
                await client.GetStringAsync(new Uri("/health/ready", UriKind.Relative));
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private static async Task<double> TimedAsync(HttpClient client, string path, byte[] body)
    {
        var started = Stopwatch.GetTimestamp();
        await PostAsync(client, path, body);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<int> PostAsync(HttpClient client, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Type);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Type));
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadAsByteArrayAsync()).Length;
    }
}
