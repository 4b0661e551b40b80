using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.Engines.Tests.Onnx.Models;

namespace Grpo.Engines.Tests.Onnx.Decoding;

/// <summary>Every test model that the group decoder recognises gives what the slot decoder and PyTorch compute; the others say why they are not.</summary>
public sealed class GroupDecoderConventionTests
{
    private static readonly string[] NotRecognized = ["concat", "gpt2", "multi-head", "bfloat16", "last-logits"];

    public static TheoryData<string, string> Recognized => Graphs(recognized: true);

    public static TheoryData<string, string> Others => Graphs(recognized: false);

    [Theory]
    [MemberData(nameof(Recognized))]
    public void Logprobs_are_those_of_the_slot_decoder_and_of_PyTorch(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        using var slotModel = written.Open();
        using var slots = written.CreateDecoder(slotModel);
        using var groupModel = GroupModel.Open(ModelFolder.Open(written.Folder, written.Dtype), threads: 1);
        using var groups = new GroupDecoder(groupModel, maxSequences: 64, cacheBytes: 1 << 26);
        foreach (var given in written.Expected.Cases)
        {
            using var expected = slots.Prefill(given.Prompt);
            using var actual = groups.Prefill(given.Prompt);
            for (var member = 0; member < 3; member++)
            {
                slots.Join(expected);
                groups.Join(actual);
            }
        }

        for (var step = 0; slots.Count > 0; step++)
        {
            for (var row = slots.Count - 1; row >= 0 && step > 0; row -= 5)
            {
                slots.Leave(row);
                groups.Leave(row);
            }

            if (slots.Count == 0) break;
            int[] tokens = [.. Enumerable.Range(0, slots.Count).Select(row => 1 + ((row + (3 * step)) % 20))];
            var (one, other) = (slots.Step(tokens).ToArray(), groups.Step(tokens).ToArray());
            for (var row = 0; row < slots.Count; row++)
            {
                AssertClose(Logprobs(one, row, slots.VocabSize), Logprobs(other, row, slots.VocabSize), Tolerance(written));
            }
        }

        foreach (var given in written.Expected.Cases)
        {
            using (var prefix = groups.Prefill(given.Prompt))
            {
                Assert.Equal(given.Logprobs[0], Logprobs(prefix.Logits, 0, groups.VocabSize)[given.Completion[0]], written.Expected.Tolerance);
                groups.Join(prefix);
            }

            for (var t = 1; t < given.Completion.Length; t++)
            {
                Assert.Equal(given.Logprobs[t], Logprobs(groups.Step([given.Completion[t - 1]]), 0, groups.VocabSize)[given.Completion[t]], written.Expected.Tolerance);
            }

            groups.Leave(0);
        }

        Assert.Equal(0, groups.Blocks.InUse);
    }

    [Theory]
    [MemberData(nameof(Recognized))]
    public void A_sequence_has_the_same_bits_alone_and_among_others(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        using var model = GroupModel.Open(ModelFolder.Open(written.Folder, written.Dtype), threads: 1);
        using var decoder = new GroupDecoder(model, maxSequences: 64, cacheBytes: 1 << 26);
        using var prefix = decoder.Prefill(written.Expected.Cases[0].Prompt);
        using var other = decoder.Prefill(written.Expected.Cases[^1].Prompt);
        decoder.Join(prefix);
        var alone = Enumerable.Range(0, 5).Select(step => decoder.Step([1 + step]).ToArray()).ToList();
        decoder.Leave(0);
        for (var row = 0; row < 7; row++)
        {
            decoder.Join(row is 3 or 5 ? prefix : other);
        }

        for (var step = 0; step < 5; step++)
        {
            var logits = decoder.Step([.. Enumerable.Range(0, 7).Select(row => row == 3 ? 1 + step : 2 + row)]);
            Assert.Equal(alone[step], logits.Slice(3 * decoder.VocabSize, decoder.VocabSize).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void A_graph_that_is_not_recognised_stays_as_it_is_and_says_why(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        var files = ModelFolder.Open(written.Folder, written.Dtype);
        var (asItIs, weights) = DecoderGraph.Open(files);
        using (weights)
        {
            var (refused, sameWeights) = DecoderGraph.Open(files, forGroups: true);
            using (sameWeights)
            {
                Assert.Null(refused.Groups);
                Assert.NotEmpty(refused.GroupRefusal!);
                Assert.Equal(asItIs.Bytes.ToArray(), refused.Bytes.ToArray());
            }
        }
    }

    private static TheoryData<string, string> Graphs(bool recognized)
    {
        var graphs = new TheoryData<string, string>();
        foreach (var (folder, graph) in WrittenModel.All.Where(model => recognized != Array.Exists(NotRecognized, part => model.Folder.Contains(part, StringComparison.Ordinal))))
        {
            graphs.Add(folder, graph);
        }

        return graphs;
    }

    // Quantized products and float16 round what is a rounding apart to different levels.
    private static double Tolerance(WrittenModel written) => Math.Max(1e-5, written.Expected.Tolerance is > 1e-4 and var loose ? loose : 0);

    private static double[] Logprobs(ReadOnlySpan<float> logits, int row, int vocabSize) => TinyR1.LogSoftmax(logits.Slice(row * vocabSize, vocabSize).ToArray());

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }
}
