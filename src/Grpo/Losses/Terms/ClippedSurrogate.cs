namespace Grpo.Losses.Terms;

/// <summary>
/// The clipped surrogate, min(r A, clip(r, 1 - epsilon, 1 + epsilon_high) A). Source: PPO, arXiv:1707.06347, equation 7; GRPO, arXiv:2402.03300,
/// equation 3. With delta the first term is min(r, delta) A (two-sided clipping, INTELLECT-2, arXiv:2505.07291).
/// </summary>
public readonly struct ClippedSurrogate : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>
    /// d objective / d log r = A r where the unclipped term is the smaller one, else 0. A ratio exactly at a bound still counts as unclipped.
    /// </remarks>
    public static TokenTerms Evaluate(double ratio, double logprob, double oldLogprob, double advantage, LossOptions options)
    {
        var clippedRatio = Math.Clamp(ratio, options.LowerRatio, options.UpperRatio);
        var boundedRatio = options.Delta is { } delta ? Math.Min(ratio, delta) : ratio;
        var clip = advantage switch
        {
            > 0 when ratio > options.UpperRatio => TokenClip.High,
            < 0 when ratio < options.LowerRatio => TokenClip.Low,
            < 0 when ratio > boundedRatio => TokenClip.Delta,
            _ => TokenClip.None,
        };
        var unclippedTerm = advantage == 0 ? 0 : boundedRatio * advantage;
        var clippedTerm = clippedRatio * advantage;
        return new(
            ratio,
            clippedRatio,
            unclippedTerm,
            clippedTerm,
            Math.Min(unclippedTerm, clippedTerm),
            clip,
            GradLogRatio: clip == TokenClip.None ? unclippedTerm : 0);
    }
}
