namespace Grpo.Losses;

/// <summary>The divergence of one token from the reference: estimate, clamps, weight, and the gradient of it all.</summary>
public static class Divergence
{
    /// <summary>The weighed divergence and its gradient, split by the two ways it takes: the logprob itself and the log of the ratio.</summary>
    /// <param name="estimator">From x = logprob - refLogprob to an estimate.</param>
    /// <param name="logprob">Under the policy that is trained.</param>
    /// <param name="refLogprob">Under the reference.</param>
    /// <param name="ratio">The importance ratio, for <see cref="KlWeight.Ratio"/>.</param>
    /// <param name="rolloutLogprob">As the sampler reported it, for <see cref="KlWeight.RolloutRatio"/>.</param>
    /// <param name="options">Clamps and weight. Beyond a clamp the gradient is 0.</param>
    public static (double Value, double GradLogprob, double GradLogRatio) At(
        KlEstimator estimator, double logprob, double refLogprob, double ratio, double rolloutLogprob, KlOptions options)
    {
        var x = logprob - refLogprob;
        var bounded = Clamp(x, options.InputClamp);
        var (value, grad) = estimator.Estimate(bounded, 0);
        if (bounded != x) grad = 0;
        if (!options.ClampAfterWeight) (value, grad) = Bound(value, grad, options.OutputClamp);
        if (options.StraightThrough) grad = x;

        var result = options.Weight switch
        {
            KlWeight.Ratio => (ratio * value, ratio * grad, ratio * value),
            // A token beyond the input clamp keeps the weight's value, not its gradient (NeMo-RL).
            KlWeight.ScoreFunction => (value, bounded == x ? grad + value : grad, 0),
            KlWeight.RolloutRatio when Math.Exp(logprob - rolloutLogprob) is var weight => (weight * value, weight * (bounded == x ? grad + value : grad), 0),
            _ => (value, grad, 0.0),
        };
        return options.ClampAfterWeight && Clamp(result.Item1, options.OutputClamp) is var clamped && clamped != result.Item1 ? (clamped, 0, 0) : result;
    }

    private static (double Value, double Grad) Bound(double value, double grad, double? limit) =>
        Clamp(value, limit) is var clamped && clamped != value ? (clamped, 0) : (value, grad);

    private static double Clamp(double value, double? limit) => limit is { } most ? Math.Clamp(value, -most, most) : value;
}
