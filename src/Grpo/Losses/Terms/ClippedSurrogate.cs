using System.Numerics;
using System.Runtime.CompilerServices;

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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var (lower, upper) = (Vector.Create(options.LowerRatio), Vector.Create(options.UpperRatio));
        var clippedRatio = Vector.Min(Vector.Max(token.Ratio, lower), upper);
        var boundedRatio = options.Delta is { } delta ? Vector.Min(token.Ratio, Vector.Create(delta)) : token.Ratio;
        var clip = TokenClips.Of(high: token.IsPositive & Vector.GreaterThan(token.Ratio, upper), low: token.IsNegative & Vector.LessThan(token.Ratio, lower));
        if (options.Delta is not null) clip = clip.Or(TokenClip.Delta, token.IsNegative & Vector.GreaterThan(token.Ratio, boundedRatio));
        var unclippedTerm = token.TimesAdvantage(boundedRatio);
        var clippedTerm = clippedRatio * token.Advantage;
        var minTerm = Vector.Min(unclippedTerm, clippedTerm);
        if (options.DualClip is { } most)
        {
            var floor = token.Advantage * most;
            var isBelow = token.IsNegative & Vector.GreaterThan(floor, minTerm);
            (minTerm, clip) = (Vector.ConditionalSelect(isBelow, floor, minTerm), clip.Or(TokenClip.Delta, isBelow));
        }

        return new() { ClippedRatio = clippedRatio, UnclippedTerm = unclippedTerm, ClippedTerm = clippedTerm, MinTerm = minTerm, Clip = clip, GradLogRatio = clip.Keep(unclippedTerm) };
    }
}
