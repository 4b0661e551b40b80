using System.Numerics.Tensors;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Sampling;

/// <summary>
/// The distribution of the next token of one sequence: from logits to the drawn token and its two log-probabilities.
/// One instance serves one thread and is used again for every token; after construction it allocates nothing.
/// </summary>
/// <remarks>
/// All arithmetic is float64. <c>weights</c> are exp(z - max z) with z = logits / temperature, so the most likely token weighs 1.
/// </remarks>
internal sealed class TokenDistribution
{
    // exp(-800) is 0 in float64: a logit of minus infinity becomes probability 0 without making 0 * infinity in the entropy.
    private const double SmallestExponent = -800;
    private const int BlockSize = 256;

    // Elements that go through all steps while they are in the first cache.
    private const int CachedBlock = 1024;

    private readonly double[] _scaled;
    private readonly double[] _weights;
    private readonly double[] _biased;
    private readonly Truncation _truncation;

    /// <summary>A workspace for one vocabulary.</summary>
    /// <param name="vocabSize">V, the number of logits.</param>
    public TokenDistribution(int vocabSize)
    {
        _scaled = new double[vocabSize];
        _weights = new double[vocabSize];
        _biased = new double[vocabSize];
        _truncation = new Truncation(vocabSize);
    }

    /// <summary>Draws the next token.</summary>
    /// <param name="logits">Raw logits, shape (V).</param>
    /// <param name="rule">The request's sampling rule.</param>
    /// <param name="position">Tokens already in the completion.</param>
    /// <param name="uniform">The draw, in [0, 1).</param>
    /// <param name="withEntropy">Whether the entropy is computed; otherwise it is 0.</param>
    /// <param name="top">Receives the most likely tokens of the full distribution, the likeliest first; equal ones by their ids.</param>
    /// <exception cref="NonFiniteLogitsException">The model answered NaN or plus infinity, or nothing may be drawn.</exception>
    public SampledToken Draw(ReadOnlySpan<float> logits, SamplingRule rule, int position, double uniform, bool withEntropy, Span<TokenLogprob> top = default)
    {
        var (total, entropy) = Normalise(logits, rule.LogitDivisor, withEntropy);
        var (token, samplingLogprob) = rule.IsPlain(position)
            ? DrawPlain(rule, total, uniform)
            : DrawAdjusted(rule, position, uniform);
        var logTotal = Math.Log(total);
        var logprob = (float)(_scaled[token] - logTotal);
        FindLikeliest(logTotal, top);
        return new SampledToken(token, logprob, samplingLogprob is { } value ? (float)value : logprob, (float)entropy);
    }

    /// <summary>Scores a given token as if it had been drawn from the full distribution.</summary>
    /// <param name="logits">Raw logits, shape (V).</param>
    /// <param name="divisor">The temperature.</param>
    /// <param name="token">The token.</param>
    /// <param name="withEntropy">Whether the entropy is computed; otherwise it is 0.</param>
    /// <param name="top">Receives the most likely tokens, the likeliest first; equal ones by their ids.</param>
    /// <exception cref="NonFiniteLogitsException">The model answered NaN or plus infinity.</exception>
    public SampledToken Score(ReadOnlySpan<float> logits, double divisor, int token, bool withEntropy, Span<TokenLogprob> top)
    {
        var (total, entropy) = Normalise(logits, divisor, withEntropy);
        var logTotal = Math.Log(total);
        var logprob = (float)(_scaled[token] - logTotal);
        FindLikeliest(logTotal, top);
        return new SampledToken(token, logprob, logprob, (float)entropy);
    }

    // The weights are free to be used up: whatever is drawn from them has been.
    private void FindLikeliest(double logTotal, Span<TokenLogprob> top)
    {
        if (top.IsEmpty) return;
        _scaled.CopyTo(_weights.AsSpan());
        for (var rank = 0; rank < top.Length; rank++)
        {
            var likeliest = TensorPrimitives.IndexOfMax<double>(_weights);
            top[rank] = new TokenLogprob(likeliest, (float)(_scaled[likeliest] - logTotal));
            _weights[likeliest] = double.NegativeInfinity;
        }
    }

    private (double Total, double Entropy) Normalise(ReadOnlySpan<float> logits, double divisor, bool withEntropy)
    {
        // Rounding keeps the order, so that the largest quotient is the quotient of the largest.
        var largest = TensorPrimitives.Max(logits) / divisor;
        for (var start = 0; start < logits.Length; start += CachedBlock)
        {
            var length = Math.Min(CachedBlock, logits.Length - start);
            Weigh(logits.Slice(start, length), divisor, largest, _scaled.AsSpan(start, length), _weights.AsSpan(start, length));
        }

        var total = TensorPrimitives.Sum<double>(_weights);
        if (!double.IsFinite(total))
        {
            throw new NonFiniteLogitsException();
        }

        return (total, withEntropy ? Math.Max(0, Math.Log(total) - (TensorPrimitives.Dot<double>(_weights, _scaled) / total)) : 0);
    }

    private static void Weigh(ReadOnlySpan<float> logits, double divisor, double largest, Span<double> scaled, Span<double> weights)
    {
        TensorPrimitives.ConvertTruncating(logits, scaled);
        if (divisor != 1)
        {
            TensorPrimitives.Divide(scaled, divisor, scaled);
        }

        TensorPrimitives.Subtract(scaled, largest, scaled);
        TensorPrimitives.Max(scaled, SmallestExponent, scaled);
        TensorPrimitives.Exp(scaled, weights);
    }

    // The full distribution is the one sampled: both log-probabilities are the same number.
    private (int Token, double? SamplingLogprob) DrawPlain(SamplingRule rule, double total, double uniform) =>
        rule.IsGreedy ? (TensorPrimitives.IndexOfMax<double>(_scaled), 0.0) : (Pick(_weights, uniform * total), null);

    private (int Token, double? SamplingLogprob) DrawAdjusted(SamplingRule rule, int position, double uniform)
    {
        var weights = rule.HasBias ? ApplyBias(rule) : _weights;
        if (position < rule.MinTokens)
        {
            foreach (var token in rule.EndTokenIds)
            {
                weights[token] = 0;
            }
        }

        if (rule.IsGreedy)
        {
            return (TensorPrimitives.IndexOfMax<double>(weights), 0.0);
        }

        var mass = _truncation.Apply(weights, rule);
        if (!(mass > 0))
        {
            throw new NonFiniteLogitsException();
        }

        var drawn = Pick(weights, uniform * mass);
        return (drawn, Math.Log(weights[drawn]) - Math.Log(mass));
    }

    private double[] ApplyBias(SamplingRule rule)
    {
        _scaled.CopyTo(_biased.AsSpan());
        foreach (var (token, bias) in rule.LogitBias)
        {
            _biased[token] += bias / rule.LogitDivisor;
        }

        TensorPrimitives.Subtract(_biased, TensorPrimitives.Max<double>(_biased), (Span<double>)_biased);
        TensorPrimitives.Exp(_biased, (Span<double>)_biased);
        return _biased;
    }

    // Inverse transform sampling in vocabulary order: whole blocks by their sums, then token by token.
    private static int Pick(ReadOnlySpan<double> weights, double target)
    {
        var last = -1;
        for (var start = 0; start < weights.Length; start += BlockSize)
        {
            var block = weights.Slice(start, Math.Min(BlockSize, weights.Length - start));
            var sum = TensorPrimitives.Sum(block);
            if (sum <= 0)
            {
                continue;
            }

            if (target < sum)
            {
                return start + PickInBlock(block, target);
            }

            target -= sum;
            last = start;
        }

        // Rounding may leave the target a hair beyond the end: then it is the last token that can be drawn.
        return last + LastPositive(weights.Slice(last, Math.Min(BlockSize, weights.Length - last)));
    }

    private static int PickInBlock(ReadOnlySpan<double> block, double target)
    {
        for (var i = 0; i < block.Length; i++)
        {
            target -= block[i];
            if (target < 0)
            {
                return i;
            }
        }

        return LastPositive(block);
    }

    private static int LastPositive(ReadOnlySpan<double> block) => block.LastIndexOfAnyExcept(0.0);
}

/// <summary>One drawn token.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="Logprob">Its log-probability under softmax(logits / temperature), full vocabulary.</param>
/// <param name="SamplingLogprob">Its log-probability under the distribution it was drawn from.</param>
/// <param name="Entropy">Entropy of softmax(logits / temperature) in nats.</param>
internal readonly record struct SampledToken(int TokenId, float Logprob, float SamplingLogprob, float Entropy);

/// <summary>The model's logits hold NaN or plus infinity, so no token can be drawn from them.</summary>
internal sealed class NonFiniteLogitsException() : Exception("The model answered logits that are not finite.");
