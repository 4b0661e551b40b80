using Grpo.Engines.Onnx;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx;

public sealed class OnnxPolicyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly OnnxPolicy _policy = TinyR1.Open();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _policy.DisposeAsync();

    [Fact]
    public async Task The_same_request_gives_the_same_bits_alone_under_load_in_small_batches_and_after_a_restart()
    {
        var request = Request("What is 37 + 58?", seed: 11, groupSize: 16);
        var alone = await Sample(_policy, request);

        var load = Enumerable.Range(0, 40).Select(i => Sample(_policy, Request($"What is {i} + 7?", seed: i, groupSize: 1 + (i % 13)))).ToList();
        var loaded = await Sample(_policy, request);
        await Task.WhenAll(load);
        await using var small = TinyR1.Open(new OnnxPolicyOptions { MaxSequences = 3, PrefixCacheTokens = 0 });
        await using var restarted = TinyR1.Open();

        Assert.Equal(Bits(alone), Bits(loaded));
        Assert.Equal(Bits(alone), Bits(await Sample(small, request)));
        Assert.Equal(Bits(alone), Bits(await Sample(restarted, request)));
        Assert.True(alone.Completions.Select(completion => completion.Text).Distinct().Count() > 1);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.7)]
    public async Task Logprobs_are_those_of_a_plain_forward_pass(double temperature)
    {
        var group = await Sample(_policy, Request("What is 6 * 7?", seed: 3, groupSize: 6, new SamplingOptions { Temperature = temperature }));

        foreach (var completion in group.Completions)
        {
            var logits = TinyR1.PlainForward([.. group.PromptTokenIds, .. completion.TokenIds]);
            for (var t = 0; t < completion.TokenIds.Length; t++)
            {
                var expected = TinyR1.LogSoftmax(logits[group.PromptTokenIds.Length + t - 1], temperature);
                Assert.Equal(expected[completion.TokenIds[t]], completion.Logprobs[t], 1e-4);
            }
        }
    }

    [Fact]
    public async Task Logprobs_of_every_token_sum_to_one_and_equal_the_raw_logits()
    {
        var prompt = TinyR1.Chat("What is 6 * 7?");
        var expected = TinyR1.LogSoftmax(TinyR1.PlainForward(prompt)[^1]);

        // A large bias forces each token of the vocabulary in turn; the policy's own log-probability of it is unbiased.
        var logprobs = await Task.WhenAll(Enumerable.Range(0, _policy.Info.VocabSize).Select(async token =>
        {
            var options = new SamplingOptions { MaxTokens = 1, LogitBias = new Dictionary<int, double> { [token] = 1e4 } };
            var group = await Sample(_policy, new GroupRequest { PromptTokenIds = prompt, GroupSize = 1, Seed = 0, Sampling = options });
            Assert.Equal([token], group.Completions[0].TokenIds);
            return (double)group.Completions[0].Logprobs[0];
        }));

        Assert.Equal(1, logprobs.Sum(Math.Exp), 1e-5);
        Assert.All(logprobs.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public async Task Completions_of_many_lengths_stay_in_step_with_their_own_cache()
    {
        // Long, ragged completions make the cache grow and its rows move; every one must still read its own tokens.
        var options = new SamplingOptions { Temperature = 1.5, MaxTokens = 300 };
        var group = await Sample(_policy, Request("What is 12 + 30 - 7?", seed: 5, groupSize: 24, options));
        var longest = group.Completions.MaxBy(completion => completion.TokenIds.Length)!;
        var logits = TinyR1.PlainForward([.. group.PromptTokenIds, .. longest.TokenIds]);

        Assert.True(longest.TokenIds.Length > 64);
        for (var t = 0; t < longest.TokenIds.Length; t++)
        {
            var expected = TinyR1.LogSoftmax(logits[group.PromptTokenIds.Length + t - 1], 1.5);
            Assert.Equal(expected[longest.TokenIds[t]], longest.Logprobs[t], 1e-4);
        }
    }

    [Fact]
    public async Task A_completion_reaches_the_end_of_the_context_and_no_further()
    {
        var filler = TinyR1.Tokenizer.Encode(string.Concat(Enumerable.Repeat("What is 1 + 1? ", 400)), addSpecialTokens: false);
        var prompt = filler[..(_policy.Info.ContextLength - 3)];
        var options = new SamplingOptions { MaxTokens = 50, MinTokens = 50 };

        var group = await Sample(_policy, new GroupRequest { PromptTokenIds = prompt, GroupSize = 2, Seed = 1, Sampling = options });

        Assert.All(group.Completions, completion => Assert.Equal((3, FinishReason.Length), (completion.TokenIds.Length, completion.FinishReason)));
    }

    [Fact]
    public async Task Cancelling_frees_the_slots_within_a_step()
    {
        using var cancellation = new CancellationTokenSource();
        var endless = new SamplingOptions { MaxTokens = 400, MinTokens = 400 };
        var rollout = _policy.SampleAsync(Request("What is 1 + 2?", seed: 1, groupSize: 64, endless), cancellation.Token);
        while (_policy.Load.ActiveSequences == 0 && !rollout.IsCompleted)
        {
            await Task.Yield();
        }

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rollout.WaitAsync(Patience));
        await Sample(_policy, Request("What is 1 + 2?", seed: 1, groupSize: 1));
        Assert.Equal(default, _policy.Load);
    }

    [Fact]
    public async Task A_small_cache_budget_makes_groups_wait_and_changes_nothing_else()
    {
        var request = Request("What is 44 - 17?", seed: 2, groupSize: 12, new SamplingOptions { MaxTokens = 100 });
        await using var small = TinyR1.Open(new OnnxPolicyOptions { KvCacheBytes = 1 << 20 });

        Assert.Equal(Bits(await Sample(_policy, request)), Bits(await Sample(small, request)));
    }

    [Fact]
    public async Task A_stop_string_ends_the_text_and_stays_in_the_tokens()
    {
        var options = new SamplingOptions { Stop = ["</think>"], MaxTokens = 200 };
        var group = await Sample(_policy, Request("What is 9 + 8?", seed: 4, groupSize: 8, options));
        var stopped = group.Completions.Where(completion => completion.StopReason is StopReason.Text("</think>")).ToList();

        Assert.NotEmpty(stopped);
        Assert.All(stopped, completion =>
        {
            Assert.DoesNotContain("</think>", completion.Text, StringComparison.Ordinal);
            Assert.EndsWith("</think>", TinyR1.Tokenizer.Decode(completion.TokenIds, skipSpecialTokens: true), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Decoding_steady_batches_allocates_no_garbage_per_token()
    {
        // Measured on the decoder itself, since the scheduler's thread is not this one.
        using var model = Engines.Onnx.Models.DecoderModel.Open(Engines.Onnx.Models.ModelFolder.Open(TinyR1.Folder), threads: 1);
        using var decoder = new Engines.Onnx.Decoding.SlotDecoder(model, contextLength: 512, maxSequences: 8, cacheBytes: 1 << 28);
        using var prefix = decoder.Prefill([1, 2, 3]); // short, so that the cache need not grow while we look
        for (var row = 0; row < 8; row++)
        {
            decoder.Join(prefix);
        }

        decoder.Step(new int[8]);
        decoder.Step(new int[8]);
        Span<int> tokens = stackalloc int[8];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 20; step++)
        {
            decoder.Step(tokens);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_prompt_read_in_chunks_gives_the_logits_of_one_pass()
    {
        using var model = Engines.Onnx.Models.DecoderModel.Open(Engines.Onnx.Models.ModelFolder.Open(TinyR1.Folder), threads: 1);
        using var whole = new Engines.Onnx.Decoding.SlotDecoder(model, 512, 1, 1 << 28);
        using var chunked = new Engines.Onnx.Decoding.SlotDecoder(model, 512, 1, 1 << 28, prefillChunk: 7);
        var prompt = TinyR1.Chat("What is 81 - 9 * 3?");
        using var expected = whole.Prefill(prompt);
        using var actual = chunked.Prefill(prompt);

        Assert.All(expected.Logits.Zip(actual.Logits), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    private static GroupRequest Request(string question, long seed, int groupSize, SamplingOptions? options = null) => new()
    {
        PromptTokenIds = TinyR1.Chat(question),
        GroupSize = groupSize,
        Seed = seed,
        Sampling = options ?? new SamplingOptions(),
    };

    private static Task<CompletionGroup> Sample(OnnxPolicy policy, GroupRequest request) =>
        policy.SampleAsync(request, CancellationToken.None).WaitAsync(Patience);

    private static IEnumerable<string> Bits(CompletionGroup group) => group.Completions.Select(completion =>
        $"{completion.Text}|{string.Join(',', completion.TokenIds)}|{string.Join(',', completion.Logprobs.Select(BitConverter.SingleToInt32Bits))}");
}
