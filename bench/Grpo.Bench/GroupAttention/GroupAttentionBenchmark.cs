using System.Diagnostics;
using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Tokenizers;

namespace Grpo.Bench.GroupAttention;

/// <summary>Whole rollouts of one group: the group decoder, the slot decoder and llama.cpp, in turns.</summary>
internal static class GroupAttentionBenchmark
{
    private const int Runs = 3;
    private const long CacheBytes = 1L << 32;

    private static readonly RolloutShape Short = new(256, 64, 16);
    private static readonly RolloutShape Long = new(1024, 64, 32);

    /// <summary>Measures one format and shape.</summary>
    /// <param name="models">The folder that bench/peers/write_smollm2.py wrote.</param>
    /// <param name="format">fp32, q8 or q4.</param>
    /// <param name="isLong">Prompt 1024, group 32; else prompt 256, group 16.</param>
    /// <param name="llama">llama-batched-bench; empty for none.</param>
    /// <returns>A row of the table.</returns>
    public static string Run(string models, string format, bool isLong, string llama)
    {
        var (shape, threads) = (isLong ? Long : Short, Environment.ProcessorCount);
        var folder = ModelFolder.Open(Path.Combine(models, "smollm2"), format);
        var limits = MachineLimits.Measure(threads);
        using var groupModel = GroupModel.Open(folder, threads);
        using var slotModel = DecoderModel.Open(folder, threads);
        using var group = new GroupDecoder(groupModel, shape.GroupSize, CacheBytes);
        using var slots = new SlotDecoder(slotModel, folder.ContextLength, shape.GroupSize, CacheBytes);
        var peer = llama.Length > 0 ? new LlamaCpp(llama, threads) : null;
        var tokenizer = ModelTokenizer.Load(folder.Path, TimeProvider.System);
        var (ours, theirs, own) = (new DecoderRollout(group, tokenizer, threads), new DecoderRollout(slots, tokenizer, threads), new List<Measured>());
        var warm = shape with { NewTokens = 4 };
        ours.Run(warm, -1);
        theirs.Run(warm, -1);
        var (slotRates, peerRates, setting, blocks) = (new List<double>(), new List<double>(), "", 0);
        for (var run = 0; run < Runs; run++)
        {
            var (whole, prefill, forward) = ours.Run(shape, run, () => blocks = group.Blocks.InUse);
            own.Add(new Measured(shape.CompletionTokens / whole.TotalSeconds, prefill.TotalSeconds, forward.TotalSeconds, whole.TotalSeconds));
            slotRates.Add(shape.CompletionTokens / theirs.Run(shape, run).Whole.TotalSeconds);
            if (peer is not null)
            {
                (var time, setting) = peer.Run(Path.Combine(models, PeerWorkload.GgufFile(format)), shape);
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

    /// <summary>256 sequences of tiny-r1 in 16 groups, decode steps alone: the group decoder against the slot decoder, in turns.</summary>
    public static string RunTiny(string path)
    {
        const int groups = 16, members = 16, steps = 64, runs = 7;
        var (folder, threads) = (ModelFolder.Open(path), Environment.ProcessorCount);
        using var groupModel = GroupModel.Open(folder, threads);
        using var slotModel = DecoderModel.Open(folder, threads);
        using var group = new GroupDecoder(groupModel, groups * members, CacheBytes);
        using var slots = new SlotDecoder(slotModel, folder.ContextLength, groups * members, CacheBytes);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var run = -2; run < runs; run++)
        {
            var (own, other) = (Steps(group, groups, members, steps), Steps(slots, groups, members, steps));
            if (run >= 0)
            {
                ours.Add(own);
                theirs.Add(other);
            }
        }

        return $"""

            tiny-r1, {groups * members} sequences in {groups} groups, decode steps without sampling, medians of {runs} runs in turns: group decoder {Middle(ours):0} tokens/s, slot decoder {Middle(theirs):0} tokens/s, ratio {Middle(ours) / Middle(theirs):0.00}.
            """;
    }

    private static double Steps(IDecoder decoder, int groups, int members, int steps)
    {
        for (var one = 0; one < groups; one++)
        {
            using var prefix = decoder.Prefill([.. Enumerable.Range(0, 24).Select(i => 3 + (((7 * i) + (13 * one)) % 500))]);
            for (var member = 0; member < members; member++)
            {
                decoder.Join(prefix);
            }
        }

        var tokens = Enumerable.Range(0, groups * members).Select(row => 3 + (row % 500)).ToArray();
        var started = Stopwatch.GetTimestamp();
        for (var step = 0; step < steps; step++)
        {
            decoder.Step(tokens);
        }

        var rate = steps * tokens.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
        while (decoder.Count > 0)
        {
            decoder.Leave(decoder.Count - 1);
        }

        return rate;
    }

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Measured(double Rate, double Prefill, double Forward, double Whole);
}
