using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Decoding;

public sealed class GroupDecoderTests : IDisposable
{
    private readonly GroupModel _model = GroupModel.Open(ModelFolder.Open(TinyR1.Folder), threads: 2);
    private readonly GroupDecoder _decoder;

    public GroupDecoderTests() => _decoder = new GroupDecoder(_model, maxSequences: 64, cacheBytes: 1 << 26);

    public void Dispose()
    {
        while (_decoder.Count > 0)
        {
            _decoder.Leave(_decoder.Count - 1);
        }

        var inUse = _decoder.Blocks.InUse;
        _decoder.Dispose();
        _model.Dispose();
        Assert.Equal(0, inUse);
    }

    [Fact]
    public void Logprobs_of_any_tokens_are_those_of_the_slot_decoder()
    {
        using var slotModel = DecoderModel.Open(ModelFolder.Open(TinyR1.Folder), threads: 2);
        using var slots = new SlotDecoder(slotModel, contextLength: 512, maxSequences: 64, cacheBytes: 1 << 28);
        foreach (var length in (int[])[1, 15, 16, 17, 64, 200])
        {
            var prompt = Prompt(length);
            using var expected = slots.Prefill(prompt);
            using var actual = _decoder.Prefill(prompt);
            AssertClose(expected.Logits, actual.Logits);
            for (var member = 0; member < 5; member++)
            {
                slots.Join(expected);
                _decoder.Join(actual);
            }
        }

        for (var step = 0; step < 40; step++)
        {
            int[] tokens = [.. Enumerable.Range(0, slots.Count).Select(row => 3 + (((row * 31) + (step * 7)) % 500))];
            AssertClose(slots.Step(tokens), _decoder.Step(tokens));
            if (step % 3 == 0)
            {
                slots.Leave(step % slots.Count);
                _decoder.Leave(step % _decoder.Count);
            }
        }
    }

    [Fact]
    public async Task A_policy_samples_what_it_samples_by_slots_but_for_rounding()
    {
        await using var slots = TinyR1.Open(new OnnxPolicyOptions { Decoder = DecoderKind.Slots });
        await using var groups = TinyR1.Open(new OnnxPolicyOptions { Decoder = DecoderKind.Group });
        Assert.Equal((DecoderKind.Slots, DecoderKind.Group), (slots.Decoder, groups.Decoder));
        var (tokens, same) = (0, 0);
        var differences = new List<double>();
        foreach (var question in (string[])["What is 37 + 58?", "What is 6 * 7?", "What is 81 - 9 * 3?"])
        {
            var request = new GroupRequest { PromptTokenIds = TinyR1.Chat(question), GroupSize = 16, Seed = 5, Sampling = new SamplingOptions { MaxTokens = 120 } };
            var (expected, actual) = (await slots.SampleAsync(request, CancellationToken.None), await groups.SampleAsync(request, CancellationToken.None));
            foreach (var (one, other) in expected.Completions.Zip(actual.Completions))
            {
                // A draw at the very edge between two tokens may fall on either side; what follows is another text then.
                var common = one.TokenIds.AsSpan().CommonPrefixLength(other.TokenIds);
                (tokens, same) = (tokens + one.TokenIds.Length, same + common);
                differences.AddRange(Enumerable.Range(0, common).Select(t => Math.Abs((double)one.Logprobs[t] - other.Logprobs[t])));
            }
        }

        // Either decoder is as far from the exact value, computed in float64, as they are from each other: at most 3e-5 where a rare token was drawn, which
        // is what float32 can do with logits of that size (docs/engine.md).
        Assert.True(same > 0.95 * tokens, $"{same} of {tokens} tokens are the same");
        Assert.True(differences.Count(difference => difference > 1e-5) <= differences.Count / 500, $"{differences.Count(difference => difference > 1e-5)} of {differences.Count} differ by more than 1e-5");
        Assert.True(differences.Max() < 5e-5, $"the largest difference is {differences.Max():e1}");
    }

    [Fact]
    public void A_rows_logits_have_the_same_bits_alone_and_in_a_crowd()
    {
        var prompt = Prompt(100);
        using var prefix = _decoder.Prefill(prompt);
        using var other = _decoder.Prefill(Prompt(40));
        _decoder.Join(prefix);
        var alone = Enumerable.Range(0, 30).Select(step => _decoder.Step([5 + step]).ToArray()).ToList();
        _decoder.Leave(0);

        for (var row = 0; row < 37; row++)
        {
            _decoder.Join(row % 3 == 1 ? prefix : other);
        }

        for (var step = 0; step < 30; step++)
        {
            var logits = _decoder.Step([.. Enumerable.Range(0, 37).Select(row => row == 19 ? 5 + step : 7 + (row % 50))]);
            Assert.Equal(alone[step], logits.Slice(19 * _decoder.VocabSize, _decoder.VocabSize).ToArray());
        }
    }

    [Fact]
    public void A_prompt_has_the_same_bits_however_it_is_cut_into_chunks()
    {
        using var chunked = new GroupDecoder(_model, maxSequences: 1, cacheBytes: 1 << 26, prefillChunk: 7);
        using var expected = _decoder.Prefill(Prompt(90));
        using var actual = chunked.Prefill(Prompt(90));

        Assert.Equal(expected.Logits, actual.Logits);
    }

    [Fact]
    public void A_group_takes_its_prompt_once_and_gives_everything_back()
    {
        using (var prefix = _decoder.Prefill(Prompt(160)))
        {
            for (var row = 0; row < 16; row++)
            {
                _decoder.Join(prefix);
            }

            for (var step = 0; step < 32; step++)
            {
                _decoder.Step(new int[16]);
            }

            Assert.Equal(10 + (16 * 2), _decoder.Blocks.InUse);
            for (var row = 15; row >= 0; row--)
            {
                _decoder.Leave(row);
                Assert.Equal(10 + (row * 2), _decoder.Blocks.InUse);
            }
        }

        Assert.Equal(0, _decoder.Blocks.InUse);
    }

    [Fact]
    public void Steps_allocate_nothing_on_the_managed_heap()
    {
        using var prefix = _decoder.Prefill(Prompt(20));
        for (var row = 0; row < 8; row++)
        {
            _decoder.Join(prefix);
        }

        // The runtime itself allocates while it compiles a method anew, which it does when it likes; the steps allocate in every round or in none.
        Assert.Contains(0, Enumerable.Range(0, 4).Select(_ => AllocatedIn(steps: 40)));
    }

    private long AllocatedIn(int steps)
    {
        Span<int> tokens = stackalloc int[8];
        _decoder.Step(tokens);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < steps; step++)
        {
            _decoder.Step(tokens);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static int[] Prompt(int length) => [.. Enumerable.Range(0, length).Select(i => 3 + (((i * i) + (5 * i)) % 590))];

    private void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var row = 0; row < expected.Length; row += _decoder.VocabSize)
        {
            var (one, other) = (TinyR1.LogSoftmax(expected.Slice(row, _decoder.VocabSize).ToArray()), TinyR1.LogSoftmax(actual.Slice(row, _decoder.VocabSize).ToArray()));
            for (var i = 0; i < one.Length; i++)
            {
                Assert.Equal(one[i], other[i], 1e-4); // tokens without sense make large logits; those of real text are compared below
            }
        }
    }
}
