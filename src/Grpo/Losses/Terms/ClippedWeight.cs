namespace Grpo.Losses.Terms;

/// <summary>
/// sg(clip(r)) A log pi: the clipped ratio is a constant weight, so that no token loses its gradient. Source: CISPO, MiniMax-M1, arXiv:2506.13585.
/// </summary>
public readonly struct ClippedWeight : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = clip(r) A.</remarks>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var (low, high) = options.Cispo.Bounds(options);
        var weight = Math.Clamp(token.Ratio, low, high);
        var clip = token.Advantage switch
        {
            > 0 when token.Ratio > high => TokenClip.High,
            < 0 when token.Ratio < low => TokenClip.Low,
            _ => TokenClip.None,
        };
        var term = weight * token.Advantage * token.Logprob;
        return new(token.Ratio, weight, token.Ratio * token.Advantage * token.Logprob, term, term, clip, GradLogRatio: 0, GradLogprob: weight * token.Advantage);
    }
}
