using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// sg(clip(r)) A log pi: the clipped ratio is a constant weight, so that no token loses its gradient. Source: CISPO, MiniMax-M1, arXiv:2506.13585.
/// </summary>
public readonly struct ClippedWeight : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = clip(r) A.</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var (least, most) = options.Cispo.Bounds(options);
        var (low, high) = (Vector.Create(least), Vector.Create(most));
        var weight = Vector.Min(Vector.Max(token.Ratio, low), high);
        var grad = weight * token.Advantage;
        var term = grad * token.Logprob;
        return new()
        {
            ClippedRatio = weight,
            UnclippedTerm = token.Ratio * token.Advantage * token.Logprob,
            ClippedTerm = term,
            MinTerm = term,
            Clip = TokenClips.Of(high: token.IsPositive & Vector.GreaterThan(token.Ratio, high), low: token.IsNegative & Vector.LessThan(token.Ratio, low)),
            GradLogprob = grad,
        };
    }
}
