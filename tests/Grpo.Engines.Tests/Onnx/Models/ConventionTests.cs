using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Models;

/// <summary>Every convention of ONNX decoders (tests/models) gives the log-probabilities that PyTorch computes, however its sequences are batched.</summary>
public sealed class ConventionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static TheoryData<string, string> Graphs
    {
        get
        {
            var graphs = new TheoryData<string, string>();
            foreach (var (folder, graph) in WrittenModel.All)
            {
                graphs.Add(folder, graph);
            }

            return graphs;
        }
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Sequences_that_join_and_leave_at_different_times_have_the_logprobs_of_PyTorch(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        using var model = written.Open();
        using var decoder = written.CreateDecoder(model);
        var running = new List<(WrittenModel.Case Case, int Next)>();
        var waiting = new Queue<WrittenModel.Case>(written.Expected.Cases.Concat(written.Expected.Cases.Reverse()));
        for (var step = 0; waiting.Count > 0 || running.Count > 0; step++)
        {
            // Two join at every other step, so lengths, ages and ends all differ within a batch.
            for (var joining = 0; joining < 2 && step % 2 == 0 && waiting.TryDequeue(out var next); joining++)
            {
                using var prefix = decoder.Prefill(next.Prompt);
                AssertLogprob(written, next, 0, prefix.Logits);
                decoder.Join(prefix);
                running.Add((next, 0));
            }

            var logits = decoder.Step([.. running.Select(sequence => sequence.Case.Completion[sequence.Next])]).ToArray();
            for (var row = running.Count - 1; row >= 0; row--)
            {
                running[row] = (running[row].Case, running[row].Next + 1);
                var (sequence, next) = running[row];
                if (next < sequence.Completion.Length)
                {
                    AssertLogprob(written, sequence, next, logits.AsSpan(row * decoder.VocabSize, decoder.VocabSize));
                }
                else
                {
                    decoder.Leave(row);
                    running[row] = running[^1];
                    running.RemoveAt(running.Count - 1);
                }
            }
        }

        Assert.Equal(0, decoder.Count);
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Reading_a_sequence_in_one_pass_or_in_chunks_gives_the_same(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        using var model = written.Open();
        if (model.Signature.AnswersLastPositionOnly)
        {
            return; // its capability says that it cannot score
        }

        foreach (var chunk in (int?[])[null, 5])
        {
            using var reader = new SequenceReader(model, chunk);
            foreach (var sequence in written.Expected.Cases)
            {
                var covered = 0;
                reader.ReadLogits([.. sequence.Prompt, .. sequence.Completion], (start, logits) =>
                {
                    Assert.Equal(covered, start);
                    covered += logits.Length / model.Signature.VocabSize;
                    for (var position = Math.Max(start, sequence.Prompt.Length - 1); position < Math.Min(covered, sequence.Prompt.Length + sequence.Completion.Length - 1); position++)
                    {
                        var row = logits.Slice((position - start) * model.Signature.VocabSize, model.Signature.VocabSize);
                        AssertLogprob(written, sequence, position - sequence.Prompt.Length + 1, row);
                    }
                });
                Assert.Equal(sequence.Prompt.Length + sequence.Completion.Length, covered);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public async Task Greedy_completions_are_those_of_PyTorch(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        await using var policy = written.OpenPolicy();

        var groups = await Task.WhenAll(written.Expected.Greedy.Where(greedy => greedy.Completion.Length > 0).Select(async greedy =>
        {
            var options = new SamplingOptions { Temperature = 0, MaxTokens = greedy.Completion.Length };
            return (greedy, group: await Sample(policy, new GroupRequest { PromptTokenIds = greedy.Prompt, GroupSize = 2, Seed = 0, Sampling = options }));
        }));

        Assert.All(groups.SelectMany(result => result.group.Completions.Select(completion => (result.greedy, completion))), result =>
        {
            Assert.Equal(result.greedy.Completion, result.completion.TokenIds);
            Assert.All(result.greedy.Logprobs.Zip(result.completion.Logprobs), pair => Assert.Equal(pair.First, pair.Second, written.Expected.Tolerance));
        });
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public async Task The_same_request_gives_the_same_bits_alone_and_among_others(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        var request = Request([5, 9, 11, 30, 7], seed: 3, groupSize: 6);
        await using var policy = written.OpenPolicy();
        var alone = await Sample(policy, request);
        var single = await Sample(policy, request with { GroupSize = 1 });

        var others = Enumerable.Range(0, 24).Select(i => Sample(policy, Request([.. Enumerable.Range(3, 1 + (i % 9))], seed: i, groupSize: 1 + (i % 5)))).ToList();
        var crowded = await Sample(policy, request);
        await Task.WhenAll(others);
        await using var small = written.OpenPolicy(new OnnxPolicyOptions { MaxSequences = 3, PrefixCacheTokens = 0, Threads = 2 });

        Assert.Equal(Bits(alone), Bits(crowded));
        Assert.Equal(Bits(alone), Bits(await Sample(small, request)));
        Assert.Equal(Bits(alone).First(), Bits(single).Single());
        Assert.True(alone.Completions.Select(completion => completion.Text).Distinct().Count() > 1);
    }

    [Fact]
    public void Decoding_with_a_concatenated_cache_allocates_no_garbage_per_token()
    {
        var written = WrittenModel.Load("llama-concat", "onnx/model.onnx");
        using var model = written.Open();
        using var decoder = written.CreateDecoder(model);
        using var prefix = decoder.Prefill([1, 2, 3]);
        for (var row = 0; row < 8; row++)
        {
            decoder.Join(prefix);
        }

        Span<int> tokens = stackalloc int[8];
        for (var step = 0; step < 5; step++)
        {
            decoder.Step(tokens); // both copies of the cache get their memory
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 20; step++)
        {
            decoder.Step(tokens);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AssertLogprob(WrittenModel written, WrittenModel.Case sequence, int index, ReadOnlySpan<float> logits)
    {
        var actual = TinyR1.LogSoftmax(logits.ToArray())[sequence.Completion[index]];
        Assert.True(
            Math.Abs(actual - sequence.Logprobs[index]) <= written.Expected.Tolerance,
            $"Token {index} after a prompt of {sequence.Prompt.Length}: {actual}, and PyTorch says {sequence.Logprobs[index]}.");
    }

    private static GroupRequest Request(int[] prompt, long seed, int groupSize) =>
        new() { PromptTokenIds = prompt, GroupSize = groupSize, Seed = seed, Sampling = new SamplingOptions { MaxTokens = 24 } };

    private static Task<CompletionGroup> Sample(OnnxPolicy policy, GroupRequest request) =>
        policy.SampleAsync(request, CancellationToken.None).WaitAsync(Patience);

    private static IEnumerable<string> Bits(CompletionGroup group) => group.Completions.Select(completion =>
        $"{string.Join(',', completion.TokenIds)}|{string.Join(',', completion.Logprobs.Select(BitConverter.SingleToInt32Bits))}");
}
