using System.Threading.Channels;
using Grpo.Engines.Onnx;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx;

/// <summary>What callers may rely on whatever else the policy does.</summary>
public sealed class GuaranteeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(DecoderKind.Group, 1)]
    [InlineData(DecoderKind.Group, 5)]
    [InlineData(DecoderKind.Group, 64)]
    [InlineData(DecoderKind.Group, 256)]
    [InlineData(DecoderKind.Slots, 1)]
    [InlineData(DecoderKind.Slots, 5)]
    [InlineData(DecoderKind.Slots, 64)]
    [InlineData(DecoderKind.Slots, 256)]
    public async Task A_seed_gives_the_same_bits_among_64_others_for_any_number_of_places(DecoderKind decoder, int maxSequences)
    {
        var request = Request("What is 37 + 58?", seed: 9, groupSize: 7, maxTokens: 30) with { IncludeEntropy = true, TopLogprobs = 3 };
        string alone;
        await using (var quiet = TinyR1.Open(new OnnxPolicyOptions { Decoder = decoder }))
        {
            alone = Bits(await quiet.SampleAsync(request, CancellationToken.None));
        }

        await using var crowded = TinyR1.Open(new OnnxPolicyOptions { Decoder = decoder, MaxSequences = maxSequences });
        var others = Enumerable.Range(0, 64).Select(i => crowded.SampleAsync(Request($"What is {i % 9} + {i}?", i, 1 + (i % 3), maxTokens: 5 + (i % 11)), CancellationToken.None)).ToList();
        var among = await crowded.SampleAsync(request, CancellationToken.None).WaitAsync(Patience);
        await Task.WhenAll(others).WaitAsync(Patience);
        Assert.Equal(alone, Bits(among));
    }

    [Fact]
    public async Task A_small_request_behind_a_huge_one_is_served_long_before_its_end()
    {
        await using var policy = TinyR1.Open(new OnnxPolicyOptions { MaxSequences = 16 });
        var turn = new object();
        var huge = Task.WhenAll(Enumerable.Range(0, 40).Select(i => policy.SampleAsync(Request($"What is {i} + 1?", i, 16, maxTokens: 40) with { Turn = turn, PromptIndex = i }, CancellationToken.None)));
        while (policy.Load.ActiveSequences < 16 && !huge.IsCompleted) await Task.Yield();

        var (arrived, tokens) = (policy.Totals.Steps, new StepRecorder(policy));
        await policy.SampleAsync(Request("What is 6 * 7?", 1, 4, maxTokens: 20) with { Tokens = tokens }, CancellationToken.None).WaitAsync(Patience);
        await huge.WaitAsync(Patience);
        var (served, all) = (tokens.LastStep - arrived, policy.Totals.Steps - arrived);
        Assert.True(served < all / 4, $"It took {served} of {all} steps.");
    }

    [Fact]
    public async Task The_likeliest_tokens_are_those_of_scoring_and_change_nothing()
    {
        await using var policy = TinyR1.Open();
        foreach (var sampling in (SamplingOptions[])[new() { MaxTokens = 12, Temperature = 0.8 }, new() { MaxTokens = 12, TopK = 2, MinTokens = 4 }, new() { MaxTokens = 12, Temperature = 0, LogitBias = new Dictionary<int, double> { [30] = 5 } }])
        {
            var request = Request("What is 37 + 58?", 3, 4, 12) with { Sampling = sampling };
            var plain = await policy.SampleAsync(request, CancellationToken.None);
            var told = await policy.SampleAsync(request with { TopLogprobs = 5 }, CancellationToken.None);
            Assert.Equal(Bits(plain), Bits(told with { Completions = [.. told.Completions.Select(completion => completion with { TopLogprobs = null })] }));
            var scores = await policy.ScoreAsync(
                new ScoreRequest { PromptTokenIds = request.PromptTokenIds, Completions = [.. told.Completions.Select(completion => completion.TokenIds)], Temperature = sampling.Temperature, TopLogprobs = 5 }, CancellationToken.None);
            Assert.All(told.Completions.Zip(scores), pair => Assert.Equal(pair.Second.TopLogprobs!.SelectMany(top => top), pair.First.TopLogprobs!.SelectMany(top => top)));
            Assert.All(plain.Completions, completion => Assert.Null(completion.TopLogprobs));
        }
    }

    [Fact]
    public async Task Every_token_is_told_as_it_is_drawn()
    {
        await using var policy = TinyR1.Open();
        var channel = System.Threading.Channels.Channel.CreateUnbounded<CompletionToken>();
        var request = Request("What is 37 + 58?", 3, 6, 30) with { Tokens = channel.Writer, PromptIndex = 2, Sampling = new SamplingOptions { MaxTokens = 30, Stop = ["8"] } };
        var group = await policy.SampleAsync(request, CancellationToken.None);
        channel.Writer.Complete();
        var told = new List<CompletionToken>();
        await foreach (var token in channel.Reader.ReadAllAsync()) told.Add(token);
        foreach (var completion in group.Completions)
        {
            var own = told.FindAll(token => token.Index == completion.Index);
            Assert.Equal(completion.TokenIds, own.Select(token => token.TokenId));
            Assert.Equal(completion.Logprobs, own.Select(token => token.Logprob));
            Assert.Equal((completion.FinishReason, completion.StopReason), (own[^1].FinishReason, own[^1].StopReason));
            Assert.All(own.SkipLast(1), token => Assert.Null(token.FinishReason));
        }

        Assert.All(told, token => Assert.Equal(2, token.PromptIndex));
    }

    [Fact]
    public async Task As_many_snapshots_as_may_be_and_no_more()
    {
        await using var policy = TinyR1.Open(new OnnxPolicyOptions { MaxSnapshots = 2 });
        Assert.Equal(1, policy.CreateSnapshot("a", null));
        Assert.Equal(1, policy.CreateSnapshot("b", 1));
        Assert.Contains("MaxSnapshots", Assert.Throws<PolicyConflictException>(() => policy.CreateSnapshot("c", null)).Message, StringComparison.Ordinal);
        Assert.True(policy.DeleteSnapshot("a"));
        Assert.Null(policy.CreateSnapshot("c", 7));
        Assert.Equal(1, policy.CreateSnapshot("c", null));
    }

    [Fact]
    public async Task A_policy_that_answers_the_last_position_only_is_scored_like_any_other()
    {
        // Scoring gives the tokens one by one, as sampling does: no other position is needed.
        var written = Models.WrittenModel.Load("qwen3-genai-last-logits", "model.onnx");
        await using var policy = written.OpenPolicy();
        var group = await policy.SampleAsync(Request("", 5, 3, 10) with { PromptTokenIds = [5, 6, 7] }, CancellationToken.None);
        var scores = await policy.ScoreAsync(new ScoreRequest { PromptTokenIds = [5, 6, 7], Completions = [.. group.Completions.Select(completion => completion.TokenIds)] }, CancellationToken.None);
        Assert.All(group.Completions.Zip(scores), pair => Assert.Equal(pair.First.Logprobs, pair.Second.Logprobs));
    }

    /// <summary>Notes on the decode loop's own thread, however busy the machine is, how far that was when a token came.</summary>
    private sealed class StepRecorder(OnnxPolicy policy) : ChannelWriter<CompletionToken>
    {
        public long LastStep { get; private set; }

        public override bool TryWrite(CompletionToken item)
        {
            LastStep = policy.Totals.Steps;
            return true;
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(true);
    }

    private static GroupRequest Request(string question, int seed, int groupSize, int maxTokens) => new()
    {
        PromptTokenIds = TinyR1.Chat(question),
        GroupSize = groupSize,
        Seed = seed,
        Sampling = new SamplingOptions { MaxTokens = maxTokens },
    };

    private static string Bits(CompletionGroup group) => string.Join('\n', group.Completions.Select(completion => string.Join(
        '|',
        string.Join(',', completion.TokenIds),
        string.Join(',', completion.Logprobs.Concat(completion.SamplingLogprobs).Concat(completion.Entropy ?? []).Select(BitConverter.SingleToInt32Bits)),
        string.Join(',', completion.TopLogprobs?.SelectMany(top => top) ?? []))));
}
