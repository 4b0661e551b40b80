namespace Grpo.Losses.Terms;

/// <summary>
/// sg(min(r, delta)) A log pi, without the tokens whose probability p = exp(lp) already moved too far the way the advantage pushes it:
/// p - p_old &gt; epsilon_high for A &gt; 0, p - p_old &lt; -epsilon else. Source: DPPO with total variation, as in verl's compute_policy_loss_dppo_tv.
/// </summary>
public readonly struct TotalVariationMask : IPolicyTerm
{
    /// <summary>verl's bound of the weight where none is set.</summary>
    private const double DefaultLargestWeight = 20;

    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = min(r, delta) A, or 0.</remarks>
    public static TokenTerms Evaluate(double ratio, double logprob, double oldLogprob, double advantage, LossOptions options)
    {
        var moved = Math.Exp(logprob) - Math.Exp(oldLogprob);
        var clip = advantage > 0
            ? moved > (options.EpsilonHigh ?? options.Epsilon) ? TokenClip.High : TokenClip.None
            : moved < -options.Epsilon ? TokenClip.Low : TokenClip.None;
        var weight = Math.Min(ratio, options.Delta ?? DefaultLargestWeight);
        var unmasked = weight * advantage * logprob;
        var (term, grad) = clip == TokenClip.None ? (unmasked, weight * advantage) : (0, 0);
        return new(ratio, weight, unmasked, term, term, clip, GradLogRatio: 0, GradLogprob: grad);
    }
}
