using System.Numerics.Tensors;

namespace Grpo.Losses;

/// <summary>The divergence of tokens from the reference: estimate, clamps, weight, and the gradient of it all.</summary>
public static class Divergence
{
    /// <summary>The weighed divergence of one token and its gradient, split by the two ways it takes: the logprob itself and the log of the ratio.</summary>
    /// <param name="estimator">From x = logprob - refLogprob to an estimate.</param>
    /// <param name="logprob">Under the policy that is trained.</param>
    /// <param name="refLogprob">Under the reference.</param>
    /// <param name="ratio">The importance ratio, for <see cref="KlWeight.Ratio"/>.</param>
    /// <param name="rolloutLogprob">As the sampler reported it, for <see cref="KlWeight.RolloutRatio"/>.</param>
    /// <param name="options">Clamps and weight. Beyond a clamp the gradient is 0.</param>
    public static (double Value, double GradLogprob, double GradLogRatio) At(
        KlEstimator estimator, double logprob, double refLogprob, double ratio, double rolloutLogprob, KlOptions options)
    {
        var row = new DivergenceRow { Values = stackalloc double[1], GradLogprobs = stackalloc double[1], GradLogRatios = stackalloc double[1] };
        Write(estimator, new([logprob], [refLogprob], [ratio], [rolloutLogprob]), options, row);
        return (row.Values[0], row.GradLogprobs[0], row.GradLogRatios[0]);
    }

    /// <summary>The same of each token of a sequence.</summary>
    internal static void Write(KlEstimator estimator, in DivergenceInputs tokens, KlOptions options, in DivergenceRow row)
    {
        if (options.Weight == KlWeight.None && estimator.Weight != KlWeight.None) options = options with { Weight = estimator.Weight };

        // x lies where the gradient by the ratio goes, which is written last.
        var x = row.GradLogRatios;
        TensorPrimitives.Subtract(tokens.Logprobs, tokens.RefLogprobs, x);
        if (options.InputClamp is { } limit) TensorPrimitives.Clamp(x, -limit, limit, x);
        estimator.Estimate(x, row.Values, row.GradLogprobs);
        if (options == new KlOptions())
        {
            row.GradLogRatios.Clear();
            return;
        }

        for (var t = 0; t < x.Length; t++)
        {
            var ratio = options.Weight == KlWeight.RolloutRatio ? Math.Exp(tokens.Logprobs[t] - tokens.RolloutLogprobs[t]) : tokens.Ratios[t];
            (row.Values[t], row.GradLogprobs[t], row.GradLogRatios[t]) = Bounded(tokens.Logprobs[t] - tokens.RefLogprobs[t], row.Values[t], row.GradLogprobs[t], ratio, options);
        }
    }

    /// <summary>Clamps and weighs an estimate.</summary>
    private static (double Value, double GradLogprob, double GradLogRatio) Bounded(double x, double value, double grad, double ratio, KlOptions options)
    {
        var withinInput = Clamp(x, options.InputClamp) == x;
        if (!withinInput) grad = 0;
        if (!options.ClampAfterWeight) (value, grad) = Bound(value, grad, options.OutputClamp);
        if (options.StraightThrough) grad = x;

        var result = options.Weight switch
        {
            KlWeight.Ratio => (ratio * value, ratio * grad, ratio * value),
            // A token beyond the input clamp keeps the weight's value, not its gradient (NeMo-RL).
            KlWeight.ScoreFunction => (value, withinInput ? grad + value : grad, 0),
            KlWeight.RolloutRatio => (ratio * value, ratio * (withinInput ? grad + value : grad), 0),
            _ => (value, grad, 0.0),
        };
        return options.ClampAfterWeight && Clamp(result.Item1, options.OutputClamp) is var clamped && clamped != result.Item1 ? (clamped, 0, 0) : result;
    }

    private static (double Value, double Grad) Bound(double value, double grad, double? limit) =>
        Clamp(value, limit) is var clamped && clamped != value ? (clamped, 0) : (value, grad);

    private static double Clamp(double value, double? limit) => limit is { } most ? Math.Clamp(value, -most, most) : value;
}

/// <summary>What divergences are computed from, shape (T) each.</summary>
internal readonly ref struct DivergenceInputs(ReadOnlySpan<double> logprobs, ReadOnlySpan<double> refLogprobs, ReadOnlySpan<double> ratios, ReadOnlySpan<double> rolloutLogprobs)
{
    public ReadOnlySpan<double> Logprobs { get; } = logprobs;

    public ReadOnlySpan<double> RefLogprobs { get; } = refLogprobs;

    public ReadOnlySpan<double> Ratios { get; } = ratios;

    public ReadOnlySpan<double> RolloutLogprobs { get; } = rolloutLogprobs;
}

/// <summary>Where divergences go, shape (T) each.</summary>
internal readonly ref struct DivergenceRow
{
    /// <summary>The weighed divergence.</summary>
    public required Span<double> Values { get; init; }

    /// <summary>Its gradient by the logprob itself.</summary>
    public required Span<double> GradLogprobs { get; init; }

    /// <summary>Its gradient by the log of the ratio.</summary>
    public required Span<double> GradLogRatios { get; init; }
}
