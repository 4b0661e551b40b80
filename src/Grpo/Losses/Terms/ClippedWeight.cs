namespace Grpo.Losses.Terms;

/// <summary>
/// sg(clip(r)) A log pi: the clipped ratio is a constant weight, so that no token loses its gradient. Source: CISPO, MiniMax-M1, arXiv:2506.13585.
/// </summary>
public readonly struct ClippedWeight : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = clip(r) A.</remarks>
    public static TokenTerms Evaluate(double ratio, double logprob, double oldLogprob, double advantage, LossOptions options)
    {
        var (low, high) = options.Cispo.Bounds(options);
        var weight = Math.Clamp(ratio, low, high);
        var clip = advantage switch
        {
            > 0 when ratio > high => TokenClip.High,
            < 0 when ratio < low => TokenClip.Low,
            _ => TokenClip.None,
        };
        var term = weight * advantage * logprob;
        return new(ratio, weight, ratio * advantage * logprob, term, term, clip, GradLogRatio: 0, GradLogprob: weight * advantage);
    }
}
