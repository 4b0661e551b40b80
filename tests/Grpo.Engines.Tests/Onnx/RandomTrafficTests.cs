using Grpo.Engines.Onnx;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx;

/// <summary>
/// Requests at random: prompts long and short, known and new, groups of any size, more than there is room for, callers that go away, weights replaced in every
/// mode. What comes out of it is what one sequence at a time gives, to the last bit, and nothing is held afterwards.
/// </summary>
public sealed class RandomTrafficTests
{
    private const int Requests = 60;
    private const string Norm = "model.norm.weight";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(DecoderKind.Group, 1)]
    [InlineData(DecoderKind.Group, 2)]
    [InlineData(DecoderKind.Group, 3)]
    [InlineData(DecoderKind.Slots, 4)]
    public async Task Whatever_happens_a_completion_is_the_one_that_it_is_alone(DecoderKind decoder, int seed)
    {
        // Room for nine sequences and a cache that is full before them, so that requests wait for either.
        await using var policy = TinyR1.Open(new OnnxPolicyOptions { Decoder = decoder, MaxSequences = 9, KvCacheBytes = 4 << 20, PrefixCacheTokens = 200 });
        var random = new Random(seed);
        var running = new List<Task<Sampled?>>();
        for (var i = 0; i < Requests; i++)
        {
            running.Add(SampleAsync(policy, Request(random, i), random.Next(5) == 0 ? random.Next(1, 40) : null));
            if (random.Next(8) == 0) await UpdateAsync(policy, policy.Info.Version + 1, (WeightUpdateMode)random.Next(3));
            else if (random.Next(2) == 0) await Task.Delay(random.Next(15));
        }

        var sampled = (await Task.WhenAll(running).WaitAsync(Patience)).OfType<Sampled>().ToList();
        Assert.Equal(new PolicyLoad(0, 0), policy.Load);
        Assert.Equal([policy.Info.Version], policy.Versions);
        await AssertAloneAsync(decoder, sampled);
    }

    private static async Task<Sampled?> SampleAsync(OnnxPolicy policy, GroupRequest request, int? patience)
    {
        using var caller = new CancellationTokenSource();
        if (patience is { } milliseconds) caller.CancelAfter(milliseconds);
        try
        {
            return new(request, await policy.SampleAsync(request, caller.Token));
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested)
        {
            return null;
        }
    }

    // One sequence at a time, nothing kept from one request to the next.
    private static async Task AssertAloneAsync(DecoderKind decoder, IEnumerable<Sampled> sampled)
    {
        await using var alone = TinyR1.Open(new OnnxPolicyOptions { Decoder = decoder, MaxSequences = 1, PrefixCacheTokens = 0 });
        var completions = sampled.SelectMany(one => one.Group.Completions.Select(completion => (one.Request, completion))).OrderBy(one => one.completion.PolicyVersion).ToList();
        Assert.True(completions.Count > Requests, $"Only {completions.Count} completions were sampled.");
        var groups = new Dictionary<(GroupRequest, int), CompletionGroup>();
        var version = 1;
        foreach (var (request, completion) in completions)
        {
            if (completion.PolicyVersion != version) await UpdateAsync(alone, version = completion.PolicyVersion, WeightUpdateMode.Wait);
            if (!groups.TryGetValue((request, version), out var expected)) groups[(request, version)] = expected = await alone.SampleAsync(request, CancellationToken.None).WaitAsync(Patience);
            AssertSame(expected.Completions[completion.Index], completion);
        }
    }

    private static void AssertSame(Completion expected, Completion actual)
    {
        // Weights that do not wait end a completion early; what there is of it is the same.
        var length = actual.FinishReason == FinishReason.Cancelled ? actual.TokenIds.Length : expected.TokenIds.Length;
        Assert.Equal(expected.TokenIds[..length], actual.TokenIds);
        Assert.Equal(expected.Logprobs[..length], actual.Logprobs);
        Assert.Equal(expected.SamplingLogprobs[..length], actual.SamplingLogprobs);
    }

    private static GroupRequest Request(Random random, int number)
    {
        var question = random.Next(3) switch
        {
            0 => "What is 37 + 58?",
            1 => $"What is {random.Next(100)} * {random.Next(10)}?",
            _ => string.Join(" + ", Enumerable.Range(0, random.Next(2, 40)).Select(_ => random.Next(100))),
        };
        return new()
        {
            PromptTokenIds = TinyR1.Chat(question),
            GroupSize = random.Next(1, 7),
            Seed = number,
            Turn = new object(),
            Sampling = new SamplingOptions { MaxTokens = random.Next(1, 70), Temperature = random.Next(4) == 0 ? 0.7f : 1, TopK = random.Next(4) == 0 ? 20 : 0 },
        };
    }

    /// <summary>The weights of a version: the last norm, shrunk a little more in each.</summary>
    private static Task<WeightUpdate> UpdateAsync(OnnxPolicy policy, int version, WeightUpdateMode mode)
    {
        float[] norm = [.. Enumerable.Range(0, 128).Select(i => 1 - (0.01f * version) + (0.001f * i))];
        var file = new SafetensorsWriter([OutgoingTensor.Vector(Norm, SafetensorsDtype.F32, norm)], new Dictionary<string, string>()).ToArray();
        return policy.UpdateWeightsAsync(new MemoryStream(file), file.Length, mode, CancellationToken.None).WaitAsync(Patience);
    }

    private sealed record Sampled(GroupRequest Request, CompletionGroup Group);
}
