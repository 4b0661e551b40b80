namespace Grpo.Losses.Terms;

/// <summary>
/// The clipped surrogate, min(r A, clip(r, 1 - epsilon, 1 + epsilon_high) A). Source: PPO, arXiv:1707.06347, equation 7; GRPO, arXiv:2402.03300,
/// equation 3. With delta the first term is min(r, delta) A (two-sided clipping, INTELLECT-2, arXiv:2505.07291).
/// With dual_clip the objective of a negative advantage is at least c A (dual-clip PPO, arXiv:1912.09729).
/// </summary>
public readonly struct ClippedSurrogate : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>
    /// d objective / d log r = A r where the unclipped term is the smaller one, else 0. A ratio exactly at a bound still counts as unclipped.
    /// </remarks>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var clippedRatio = Math.Clamp(token.Ratio, options.LowerRatio, options.UpperRatio);
        var boundedRatio = options.Delta is { } delta ? Math.Min(token.Ratio, delta) : token.Ratio;
        var clip = token.Advantage switch
        {
            > 0 when token.Ratio > options.UpperRatio => TokenClip.High,
            < 0 when token.Ratio < options.LowerRatio => TokenClip.Low,
            < 0 when token.Ratio > boundedRatio => TokenClip.Delta,
            _ => TokenClip.None,
        };
        var unclippedTerm = token.Advantage == 0 ? 0 : boundedRatio * token.Advantage;
        var clippedTerm = clippedRatio * token.Advantage;
        var minTerm = Math.Min(unclippedTerm, clippedTerm);
        if (token.Advantage < 0 && options.DualClip is { } most && most * token.Advantage > minTerm) (minTerm, clip) = (most * token.Advantage, TokenClip.Delta);
        return new(token.Ratio, clippedRatio, unclippedTerm, clippedTerm, minTerm, clip, GradLogRatio: clip == TokenClip.None ? unclippedTerm : 0);
    }
}
