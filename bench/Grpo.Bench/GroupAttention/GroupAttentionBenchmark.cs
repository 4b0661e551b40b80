using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;

namespace Grpo.Bench.GroupAttention;

/// <summary>Whole rollouts of one group: the group decoder, the slot decoder and llama.cpp, in turns.</summary>
internal static class GroupAttentionBenchmark
{
    private const int Runs = 3;
    private const long CacheBytes = 1L << 32;

    private static readonly RolloutShape Short = new(256, 64, 16);
    private static readonly RolloutShape Long = new(1024, 64, 32);

    /// <summary>Measures one format and shape.</summary>
    /// <param name="models">The folder that bench/models/smollm2_135m.py wrote.</param>
    /// <param name="format">f32, q8 or q4.</param>
    /// <param name="isLong">Prompt 1024, group 32; else prompt 256, group 16.</param>
    /// <param name="llama">llama-batched-bench; empty for none.</param>
    /// <returns>A row of the table.</returns>
    public static string Run(string models, string format, bool isLong, string llama)
    {
        var (shape, threads) = (isLong ? Long : Short, Environment.ProcessorCount);
        var folder = ModelFolder.Open(Path.Combine(models, format));
        var limits = MachineLimits.Measure(threads);
        using var groupModel = GroupModel.Open(folder, threads);
        using var slotModel = DecoderModel.Open(folder, threads);
        using var group = new GroupDecoder(groupModel, shape.GroupSize, CacheBytes);
        using var slots = new SlotDecoder(slotModel, folder.ContextLength, shape.GroupSize, CacheBytes);
        var peer = llama.Length > 0 ? new LlamaCpp(llama, threads) : null;
        var (ours, theirs, own) = (new DecoderRollout(group), new DecoderRollout(slots), new List<Measured>());
        var warm = shape with { NewTokens = 4 };
        ours.Run(warm, -1);
        theirs.Run(warm, -1);
        var (slotRates, peerRates, setting, blocks) = (new List<double>(), new List<double>(), "", 0);
        for (var run = 0; run < Runs; run++)
        {
            GroupAttentionProfile.Ticks = 0;
            var (whole, prefill, forward) = ours.Run(shape, run, () => blocks = group.Blocks.InUse);
            Console.WriteLine($"attention {GroupAttentionProfile.Ticks / 1e6:0} ms of prefill {prefill.TotalMilliseconds:0} forward {forward.TotalMilliseconds:0} whole {whole.TotalMilliseconds:0}");
            own.Add(new Measured(shape.CompletionTokens / whole.TotalSeconds, prefill.TotalSeconds, forward.TotalSeconds, whole.TotalSeconds));
            slotRates.Add(shape.CompletionTokens / theirs.Run(shape, run).Whole.TotalSeconds);
            if (peer is not null)
            {
                (var time, setting) = peer.Run(Path.Combine(models, $"{format}.gguf"), shape);
                peerRates.Add(shape.CompletionTokens / time.TotalSeconds);
            }
        }

        var cost = ModelCost.Of(folder.Graph.Path, groupModel.Graph);
        var (least, bound) = cost.LeastDecodeSeconds(shape, limits);
        var middle = own.OrderBy(measured => measured.Rate).ElementAt(Runs / 2);
        var ideal = (shape.PromptTokens + (shape.GroupSize * (shape.NewTokens - 1.0))) / AttentionShape.BlockTokens;
        return $"| {shape}, {format} | {middle.Rate:0} | {Middle(slotRates):0} | {(peer is null ? "" : $"{Middle(peerRates):0} ({setting})")} | "
            + $"{middle.Rate / Middle(slotRates):0.00} | {(peer is null ? "" : $"{middle.Rate / Middle(peerRates):0.00}")} | {1000 * middle.Prefill:0} | "
            + $"{1000 * middle.Forward / (shape.NewTokens - 1):0.0} of {1000 * (middle.Whole - middle.Prefill) / (shape.NewTokens - 1):0.0} | "
            + $"{100 * least / middle.Forward:0} % of {bound} ({limits.BytesPerSecond / 1e9:0} GB/s, {limits.OperationsPerSecond / 1e9:0} GFLOP/s) | {blocks / ideal:0.000} |";
    }

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Measured(double Rate, double Prefill, double Forward, double Whole);
}
