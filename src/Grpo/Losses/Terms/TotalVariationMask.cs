using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// sg(min(r, c)) A log pi, without the tokens whose probability p = exp(lp) already moved too far the way the advantage pushes it:
/// p - p_old &gt; epsilon_high for A &gt; 0, p - p_old &lt; -epsilon else. Source: DPPO with total variation, as in verl's compute_policy_loss_dppo_tv; c is dual_clip or delta.
/// </summary>
public readonly struct TotalVariationMask : IPolicyTerm
{
    /// <summary>verl's bound of the weight where none is set.</summary>
    private const double DefaultLargestWeight = 20;

    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = min(r, c) A, or 0.</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options) => Weigh(token, TrustRegion.ClipBySign(token, TrustRegion.Moved(token), options), options);

    /// <summary>The term of a token, 0 when it is clipped.</summary>
    internal static TermLanes Weigh(in TokenInputs token, Vector<long> clip, LossOptions options)
    {
        var weight = Vector.Min(token.Ratio, Vector.Create(options.DualClip ?? options.Delta ?? DefaultLargestWeight));
        var grad = weight * token.Advantage;
        var unmasked = grad * token.Logprob;
        var term = clip.Keep(unmasked);
        return new() { ClippedRatio = weight, UnclippedTerm = unmasked, ClippedTerm = term, MinTerm = term, Clip = clip, GradLogprob = clip.Keep(grad) };
    }
}
