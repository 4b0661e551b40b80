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
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var moved = Math.Exp(token.Logprob) - Math.Exp(token.OldLogprob);
        var clip = token.Advantage > 0
            ? moved > (options.EpsilonHigh ?? options.Epsilon) ? TokenClip.High : TokenClip.None
            : moved < -options.Epsilon ? TokenClip.Low : TokenClip.None;
        return Weigh(token, clip, options);
    }

    /// <summary>The term of a token, 0 when it is clipped.</summary>
    internal static TokenTerms Weigh(in TokenInputs token, TokenClip clip, LossOptions options)
    {
        var weight = Math.Min(token.Ratio, options.DualClip ?? options.Delta ?? DefaultLargestWeight);
        var unmasked = weight * token.Advantage * token.Logprob;
        var (term, grad) = clip == TokenClip.None ? (unmasked, weight * token.Advantage) : (0, 0);
        return new(token.Ratio, weight, unmasked, term, term, clip, GradLogRatio: 0, GradLogprob: grad);
    }
}
