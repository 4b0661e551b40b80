using Grpo.Engines.Onnx;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx;

/// <summary>Teacher forcing, and the versions it can be asked of.</summary>
public sealed class ScoringTests : IAsyncLifetime
{
    private const string Norm = "model.norm.weight";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly OnnxPolicy _policy = TinyR1.Open();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _policy.DisposeAsync();

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.6)]
    [InlineData(0.0)]
    public async Task Completions_get_the_logprobs_and_entropies_they_were_sampled_with(double temperature)
    {
        var group = await Sample(temperature, groupSize: 8);
        var scores = await Score(_policy, group, temperature);

        Assert.All(group.Completions.Zip(scores), pair =>
        {
            Assert.Equal(pair.First.TokenIds.Length, pair.Second.Logprobs.Length);
            Assert.All(pair.First.Logprobs.Zip(pair.Second.Logprobs), logprob => Assert.Equal(logprob.First, logprob.Second, 1e-5));
            Assert.All(pair.First.Entropy!.Zip(pair.Second.Entropy!), entropy => Assert.Equal(entropy.First, entropy.Second, 1e-4));
            Assert.Equal(1, pair.Second.PolicyVersion);
        });
    }

    [Fact]
    public async Task Scores_are_those_of_a_plain_forward_pass_with_the_likeliest_tokens_first()
    {
        var prompt = TinyR1.Chat("What is 6 * 7?");
        int[] completion = [.. TinyR1.Tokenizer.Encode("<think>6 * 7 = 42</think>", addSpecialTokens: false)];
        var score = Assert.Single(await _policy.ScoreAsync(new ScoreRequest { PromptTokenIds = prompt, Completions = [completion], TopLogprobs = 3, Temperature = 0.7 }, CancellationToken.None));
        var logits = TinyR1.PlainForward([.. prompt, .. completion]);
        for (var t = 0; t < completion.Length; t++)
        {
            var expected = TinyR1.LogSoftmax(logits[prompt.Length + t - 1], 0.7);
            Assert.Equal(expected[completion[t]], score.Logprobs[t], 1e-4);
            var likeliest = expected.Index().OrderByDescending(token => token.Item).Take(3).ToList();
            Assert.Equal(likeliest.Select(token => token.Index), score.TopLogprobs![t].Select(top => top.TokenId));
            Assert.All(likeliest.Zip(score.TopLogprobs[t]), pair => Assert.Equal(pair.First.Item, pair.Second.Logprob, 1e-4));
        }
    }

    [Fact]
    public async Task A_prompt_is_read_once_for_all_its_completions_and_empty_ones_cost_nothing()
    {
        var prompt = TinyR1.Chat("What is 8 + 8?");
        var before = _policy.Totals;
        var scores = await _policy.ScoreAsync(new ScoreRequest { PromptTokenIds = prompt, Completions = [[5], [], [6, 7], [8]], IncludeEntropy = true }, CancellationToken.None);
        Assert.Equal([1, 0, 2, 1], scores.Select(score => score.Logprobs.Length));
        Assert.Equal([1, 0, 2, 1], scores.Select(score => score.Entropy!.Length));
        Assert.Equal(prompt.Length, _policy.Totals.PrefillTokens - before.PrefillTokens);
    }

    [Fact]
    public async Task A_scored_sequence_may_fill_the_context()
    {
        var prompt = TinyR1.Chat("What is 8 + 8?");
        var rest = Enumerable.Repeat(5, _policy.Info.ContextLength - prompt.Length).ToArray();
        var score = Assert.Single(await _policy.ScoreAsync(new ScoreRequest { PromptTokenIds = prompt, Completions = [rest] }, CancellationToken.None));
        Assert.All(score.Logprobs, logprob => Assert.True(float.IsFinite(logprob)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _policy.ScoreAsync(new ScoreRequest { PromptTokenIds = prompt, Completions = [[.. rest, 5]] }, CancellationToken.None));
    }

    [Fact]
    public async Task A_snapshot_stays_what_it_was_and_goes_when_it_is_deleted()
    {
        var group = await Sample(1, groupSize: 4);
        Assert.Equal(1, _policy.CreateSnapshot("reference", null));
        Assert.Throws<PolicyConflictException>(() => _policy.CreateSnapshot("reference", null));
        Assert.Null(_policy.CreateSnapshot("future", 7));

        await Update(0.5f);
        await Update(0.25f);

        Assert.Equal([1, 3], _policy.Versions);
        Assert.Null(_policy.At("2"));
        var reference = (IScoringPolicy)_policy.At("reference")!;
        Assert.Equal(1, reference.Info.Version);
        var scores = await Score(reference, group, 1);
        Assert.All(group.Completions.Zip(scores), pair => Assert.All(pair.First.Logprobs.Zip(pair.Second.Logprobs), logprob => Assert.Equal(logprob.First, logprob.Second, 1e-5)));
        Assert.NotEqual(scores[0].Logprobs, (await Score(_policy, group, 1))[0].Logprobs);
        Assert.All((await _policy.At("1")!.SampleAsync(Request(1, 4), CancellationToken.None)).Completions.Zip(group.Completions), pair => Assert.Equal(pair.Second.TokenIds, pair.First.TokenIds));

        Assert.True(_policy.DeleteSnapshot("reference"));
        Assert.False(_policy.DeleteSnapshot("reference"));
        Assert.Null(_policy.At("reference"));
        await Assert.ThrowsAsync<PolicyNotFoundException>(() => Score(reference, group, 1));
        Assert.Equal([3], _policy.Versions);
    }

    [Fact]
    public async Task Aborting_for_an_update_never_cuts_a_score_short()
    {
        var prompt = TinyR1.Chat("What is 8 + 8?");
        var completions = Enumerable.Range(0, 16).Select(i => Enumerable.Repeat(5 + i, 300).ToArray()).ToList();
        var scoring = _policy.ScoreAsync(new ScoreRequest { PromptTokenIds = prompt, Completions = completions }, CancellationToken.None);
        while (_policy.Load.ActiveSequences == 0 && !scoring.IsCompleted) await Task.Yield();

        await _policy.UpdateWeightsAsync(new MemoryStream(File(0.5f)), null, WeightUpdateMode.Abort, CancellationToken.None);

        Assert.All(await scoring.WaitAsync(Patience), score => Assert.Equal((300, 1), (score.Logprobs.Length, score.PolicyVersion)));
    }

    private static GroupRequest Request(double temperature, int groupSize) => new()
    {
        PromptTokenIds = TinyR1.Chat("What is 37 + 58?"),
        GroupSize = groupSize,
        Seed = 3,
        IncludeEntropy = true,
        Sampling = new SamplingOptions { Temperature = temperature, MaxTokens = 60 },
    };

    private Task<CompletionGroup> Sample(double temperature, int groupSize) => _policy.SampleAsync(Request(temperature, groupSize), CancellationToken.None).WaitAsync(Patience);

    private static Task<IReadOnlyList<ScoredCompletion>> Score(IScoringPolicy policy, CompletionGroup group, double temperature) => policy.ScoreAsync(
        new ScoreRequest { PromptTokenIds = group.PromptTokenIds, Completions = [.. group.Completions.Select(completion => completion.TokenIds)], Temperature = temperature, IncludeEntropy = true },
        CancellationToken.None).WaitAsync(Patience);

    private Task<WeightUpdate> Update(float value) => _policy.UpdateWeightsAsync(new MemoryStream(File(value)), null, WeightUpdateMode.Wait, CancellationToken.None).WaitAsync(Patience);

    private static byte[] File(float value) =>
        new SafetensorsWriter([OutgoingTensor.Vector(Norm, SafetensorsDtype.F32, Enumerable.Repeat(value, 128).ToArray())], new Dictionary<string, string>()).ToArray();
}
