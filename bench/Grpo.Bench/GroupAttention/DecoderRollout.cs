using System.Diagnostics;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Sampling;
using Grpo.Rollouts;

namespace Grpo.Bench.GroupAttention;

/// <summary>A whole rollout on a decoder: the prompt is read, the group joins, every token is sampled in float64 with its log-probability.</summary>
internal sealed class DecoderRollout(IDecoder decoder)
{
    private readonly TokenDistribution _distribution = new(decoder.VocabSize);
    private readonly SamplingRule _rule = new(new SamplingOptions(), []);

    /// <summary>Runs one group.</summary>
    /// <param name="shape">Its size.</param>
    /// <param name="seed">Chooses prompt and draws.</param>
    /// <param name="beforeLeave">Called when all tokens are there and the group still holds its cache.</param>
    /// <returns>The time of the rollout, and how much of it were the forward passes of decode steps.</returns>
    public (TimeSpan Whole, TimeSpan Prefill, TimeSpan Forward) Run(RolloutShape shape, int seed, Action? beforeLeave = null)
    {
        var random = new CounterTokens(seed, decoder.VocabSize);
        int[] prompt = [.. Enumerable.Range(0, shape.PromptTokens).Select(random.Token)];
        var tokens = new int[shape.GroupSize];
        var forwardBefore = decoder.ForwardTime;
        var started = Stopwatch.GetTimestamp();
        using var prefix = decoder.Prefill(prompt);
        var prefill = Stopwatch.GetElapsedTime(started);
        for (var row = 0; row < shape.GroupSize; row++)
        {
            tokens[row] = Draw(prefix.Logits, seed, row, 0);
            decoder.Join(prefix);
        }

        for (var step = 1; step < shape.NewTokens; step++)
        {
            var logits = decoder.Step(tokens);
            for (var row = 0; row < shape.GroupSize; row++)
            {
                tokens[row] = Draw(logits.Slice(row * decoder.VocabSize, decoder.VocabSize), seed, row, step);
            }
        }

        var whole = Stopwatch.GetElapsedTime(started);
        beforeLeave?.Invoke();
        for (var row = shape.GroupSize - 1; row >= 0; row--)
        {
            decoder.Leave(row);
        }

        return (whole, prefill, decoder.ForwardTime - forwardBefore);
    }

    private int Draw(ReadOnlySpan<float> logits, int seed, int row, int step) =>
        _distribution.Draw(logits, _rule, step, CounterRandom.Uniform(seed, 0, row, step), withEntropy: false).TokenId;

    /// <summary>Tokens that are different for every seed.</summary>
    private sealed class CounterTokens(int seed, int vocabSize)
    {
        public int Token(int position) => (int)(CounterRandom.Uniform(seed, 1, 0, position) * vocabSize);
    }
}
