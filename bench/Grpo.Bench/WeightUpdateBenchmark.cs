using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Grpo.Engines.Weights;

namespace Grpo.Bench;

/// <summary>All weights of tiny-r1 replaced over HTTP: from the first byte sent to the answer, after which rollouts are of the new version.</summary>
public static class WeightUpdateBenchmark
{
    private const int WarmUps = 20;
    private const int Runs = 31;

    /// <summary>Replaces them again and again in a published service.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string executable)
    {
        var (server, _) = await ServerProcess.StartAsync(executable);
        using (server)
        {
            var body = await BodyAsync(server.Client);
            var milliseconds = new List<double>();
            for (var run = 0; run < WarmUps + Runs; run++)
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.safetensors");
                var started = Stopwatch.GetTimestamp();
                using var response = await server.Client.PostAsync(new Uri("/v1/policies/tiny-r1/weights?mode=wait", UriKind.Relative), content);
                response.EnsureSuccessStatusCode();
                if (run >= WarmUps) milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return [new Figure($"update of all weights of tiny-r1, {body.Length / 1e6:f1} MB of safetensors over HTTP", "ms", milliseconds, "at most 100")];
        }
    }

    // Small numbers of either sign in every parameter: what they are does not change what an update costs.
    private static async Task<byte[]> BodyAsync(HttpClient client)
    {
        var answer = await client.GetFromJsonAsync<JsonObject>(new Uri("/v1/policies/tiny-r1/parameters", UriKind.Relative));
        var random = new Random(1);
        return new SafetensorsWriter(answer!["parameters"]!.AsArray().Select(parameter =>
        {
            long[] shape = [.. parameter!["shape"]!.AsArray().Select(size => (long)size!)];
            float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => (random.NextSingle() - 0.5f) / 10)];
            return new OutgoingTensor((string)parameter["name"]!, SafetensorsDtype.F32, shape, [MemoryMarshal.AsBytes(values.AsSpan()).ToArray()]);
        })).ToArray();
    }
}
