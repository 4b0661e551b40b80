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
    private const int LoopRuns = 4;
    private const string Unit = "completion tokens/s";

    private string Onnx => Path.Combine(models, "smollm2");

    /// <summary>Runs the engine and one peer.</summary>
    /// <param name="dtype">fp32, q8 or q4.</param>
    /// <param name="peer">loop, llama or transformers.</param>
    /// <returns>The engine's completion tokens per second, the peer's, and then what else is measured of the engine.</returns>
    public async Task<IReadOnlyList<Figure>> RunAsync(string dtype, string peer)
    {
        var workload = new PeerWorkload(Onnx, dtype);
        if (peer == "loop") return await BesideLoopAsync(workload);
        var own = await EngineAsync(workload);
        await Console.Error.WriteLineAsync($"{own[0].Name}: {own[0].Median:0}");
        var (name, runs) = peer switch
        {
            "llama" => ($"llama.cpp {PeerWorkload.Gguf(dtype)}, node-llama-cpp", await PeerProcess.RunAsync(
                Path.Combine(peers, "llama.mjs"), workload with { Model = Path.Combine(models, PeerWorkload.GgufFile(dtype)), Dtype = null, WarmUps = 0, Runs = 1 })),
            "transformers" => ($"transformers.js {dtype}, the same file", await PeerProcess.RunAsync(
                Path.Combine(peers, "transformers.mjs"), workload with { WarmUps = 0, Runs = 1 })),
            _ => throw new ArgumentOutOfRangeException(nameof(peer), peer, "loop, llama or transformers"),
        };
        return [own[0], new Figure(name, Unit, runs, ""), .. own.Skip(1)];
    }

    // In turns, so that what else the machine does meets both.
    private async Task<IReadOnlyList<Figure>> BesideLoopAsync(PeerWorkload workload)
    {
        await using var policy = Open(workload, DecoderKind.Slots); // the loop runs the same graph with the same cache
        using var loop = new BareLoop(Path.Combine(Onnx, "onnx", "model.onnx"), workload);
        var (own, bare, outside) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < workload.WarmUps + LoopRuns; run++)
        {
            var once = await MeasureAsync(policy, workload with { WarmUps = run, Runs = 1 }, first: run);
            var seconds = loop.Run(run);
            if (run < workload.WarmUps) continue;
            own.Add(once.Seconds[0]);
            outside.Add(once.Outside[0]);
            bare.Add(seconds);
        }

        return
        [
            new Figure($"this engine {workload.Dtype}, slot decoder", Unit, workload.TokensPerSecond(own), ""),
            new Figure("the bare loop over the runtime", Unit, workload.TokensPerSecond(bare), ""),
            new Figure($"this engine {workload.Dtype}: decode time outside ONNX Runtime", "%", outside, "at most 8"),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> EngineAsync(PeerWorkload workload)
    {
        await using var policy = Open(workload);
        var single = await MeasureAsync(policy, workload);
        var doubled = await MeasureAsync(policy, workload with { Group = 2 * workload.Group, WarmUps = 0, Runs = 1 });
        return
        [
            new Figure($"this engine {workload.Dtype}", Unit, workload.TokensPerSecond(single.Seconds), ""),
            new Figure($"this engine {workload.Dtype}: decode time outside ONNX Runtime", "%", single.Outside, "at most 8"),
            new Figure($"this engine {workload.Dtype}: prompt tokens read, group of {workload.Group}", "tokens", single.PrefillTokens, ""),
            new Figure($"this engine {workload.Dtype}: prompt tokens read, group of {2 * workload.Group}", "tokens", doubled.PrefillTokens, "the same"),
        ];
    }

    private static OnnxPolicy Open(PeerWorkload workload, DecoderKind decoder = default) => OnnxPolicy.Open(
        "bench", workload.Model, ModelTokenizer.Load(workload.Model, TimeProvider.System),
        new OnnxPolicyOptions { Threads = workload.Threads, Dtype = workload.Dtype, PrefixCacheTokens = 0, Decoder = decoder });

    private static async Task<(List<double> Seconds, List<double> Outside, List<double> PrefillTokens)> MeasureAsync(OnnxPolicy policy, PeerWorkload workload, int first = 0)
    {
        var (seconds, outside, prefill) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = first; run < workload.WarmUps + workload.Runs; run++)
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
