using System.Diagnostics;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Bench;

/// <summary>Rollouts of a model of SmolLM2-135M's shape: this engine beside the bare loop, transformers.js and llama.cpp, all in one run.</summary>
/// <param name="models">The folder that bench/peers/write_smollm2.py wrote.</param>
/// <param name="peers">The folder of the peers' scripts.</param>
public sealed class PeerBenchmark(string models, string peers)
{
    private string Onnx => Path.Combine(models, "smollm2");

    /// <summary>The name of the engine's own figure in a precision.</summary>
    public static string Engine(string dtype) => $"this engine {dtype}";

    /// <summary>The name of the bare loop's figure.</summary>
    public const string Loop = "bare loop over the runtime, fp32";

    /// <summary>The name of llama.cpp's figure in a precision.</summary>
    public static string Llama(string dtype) => $"llama.cpp {Gguf(dtype)}, node-llama-cpp";

    /// <summary>The name of transformers.js's figure in a precision.</summary>
    public static string Transformers(string dtype) => $"transformers.js {dtype}, the same file";

    /// <summary>Runs one precision.</summary>
    /// <param name="dtype">fp32, q8 or q4.</param>
    public async Task<IReadOnlyList<Figure>> RunAsync(string dtype)
    {
        const string unit = "completion tokens/s";
        var workload = new PeerWorkload(Onnx, dtype);
        List<Figure> figures = [.. await EngineAsync(workload)];
        await Console.Error.WriteLineAsync($"{figures[0].Name}: {figures[0].Median:0}");
        if (dtype == "fp32")
        {
            using var loop = new BareLoop(Path.Combine(Onnx, "onnx", "model.onnx"), workload);
            figures.Add(new Figure(Loop, unit, loop.Run(), ""));
        }

        figures.Add(new Figure(Llama(dtype), unit, await PeerProcess.RunAsync(
            Path.Combine(peers, "llama.mjs"), workload with { Model = Path.Combine(models, $"smollm2-{Gguf(dtype)}.gguf"), Dtype = null, WarmUps = 0, Runs = 1 }), ""));
        figures.Add(new Figure(Transformers(dtype), unit, await PeerProcess.RunAsync(
            Path.Combine(peers, "transformers.mjs"), workload with { WarmUps = 0, Runs = 1 }), ""));
        return figures;
    }

    private static string Gguf(string dtype) => dtype switch { "fp32" => "f32", "q8" => "q8_0", _ => "q4_0" };

    private static async Task<IEnumerable<Figure>> EngineAsync(PeerWorkload workload)
    {
        var tokenizer = ModelTokenizer.Load(workload.Model, TimeProvider.System);
        var options = new OnnxPolicyOptions { Threads = workload.Threads, Dtype = workload.Dtype, PrefixCacheTokens = 0 };
        await using var policy = OnnxPolicy.Open("bench", workload.Model, tokenizer, options);
        var single = await MeasureAsync(policy, workload);
        var doubled = await MeasureAsync(policy, workload with { Group = 2 * workload.Group, WarmUps = 0, Runs = 1 });
        return
        [
            new Figure(Engine(workload.Dtype!), "completion tokens/s", workload.TokensPerSecond(single.Seconds), ""),
            new Figure($"this engine {workload.Dtype}: decode time outside ONNX Runtime", "%", single.Outside, "at most 8"),
            new Figure($"this engine {workload.Dtype}: prompt tokens read, group of {workload.Group}", "tokens", single.PrefillTokens, ""),
            new Figure($"this engine {workload.Dtype}: prompt tokens read, group of {2 * workload.Group}", "tokens", doubled.PrefillTokens, "the same"),
        ];
    }

    private static async Task<(List<double> Seconds, List<double> Outside, List<double> PrefillTokens)> MeasureAsync(OnnxPolicy policy, PeerWorkload workload)
    {
        var (seconds, outside, prefill) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < workload.WarmUps + workload.Runs; run++)
        {
            var (before, started) = (policy.Totals, Stopwatch.GetTimestamp());
            await policy.SampleAsync(
                new GroupRequest
                {
                    PromptTokenIds = workload.Prompt(run),
                    GroupSize = workload.Group,
                    Seed = run,
                    Sampling = new SamplingOptions { MaxTokens = workload.NewTokens, MinTokens = workload.NewTokens },
                },
                CancellationToken.None);
            var (elapsed, after) = (Stopwatch.GetElapsedTime(started), policy.Totals);
            if (run < workload.WarmUps) continue;
            seconds.Add(elapsed.TotalSeconds);
            outside.Add(100 * (1 - ((after.ForwardTime - before.ForwardTime) / (after.DecodeTime - before.DecodeTime))));
            prefill.Add(after.PrefillTokens - before.PrefillTokens);
        }

        return (seconds, outside, prefill);
    }
}
