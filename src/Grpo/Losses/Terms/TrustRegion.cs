namespace Grpo.Losses.Terms;

/// <summary>r A where the token stays inside a trust region, 0 outside.</summary>
internal static class TrustRegion
{
    /// <summary>The token's term, given the bound it met.</summary>
    public static TokenTerms Evaluate(in TokenInputs token, TokenClip clip)
    {
        var unmasked = token.Advantage == 0 ? 0 : token.Ratio * token.Advantage;
        var term = clip == TokenClip.None ? unmasked : 0;
        return new(token.Ratio, token.Ratio, unmasked, term, term, clip, GradLogRatio: term);
    }

    /// <summary>How far the token's probability moved.</summary>
    public static double Moved(in TokenInputs token) => Math.Exp(token.Logprob) - Math.Exp(token.OldLogprob);
}

/// <summary>
/// r A, without the tokens whose probability moved too far the way the advantage pushes it: p - p_old &gt; epsilon_high for A &gt; 0, &lt; -epsilon else.
/// Source: prime-rl's default loss and SkyRL's dppo with binary_tv; <see cref="TotalVariationMask"/> is verl's form with a detached weight.
/// </summary>
public readonly struct ProbabilityTrust : IPolicyTerm
{
    /// <inheritdoc/>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options) => TrustRegion.Evaluate(token, token.Advantage > 0
        ? TrustRegion.Moved(token) > (options.EpsilonHigh ?? options.Epsilon) ? TokenClip.High : TokenClip.None
        : TrustRegion.Moved(token) < -options.Epsilon ? TokenClip.Low : TokenClip.None);
}

/// <summary>r A where the probability moved by at most epsilon down and epsilon_high up, whatever the advantage. Source: prime-rl's ipo and ref_kl losses.</summary>
public readonly struct ProbabilityTrustBothSides : IPolicyTerm
{
    /// <inheritdoc/>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options) => TrustRegion.Evaluate(token, TrustRegion.Moved(token) switch
    {
        var moved when moved > (options.EpsilonHigh ?? options.Epsilon) => TokenClip.High,
        var moved when moved < -options.Epsilon => TokenClip.Low,
        _ => TokenClip.None,
    });
}

/// <summary>sg(r) A log pi where 1 - epsilon &lt;= r &lt;= 1 + epsilon_high, whatever the advantage, 0 elsewhere. Source: SkyRL's rollout_is loss; IcePop as a loss.</summary>
public readonly struct RatioTrust : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = r A, or 0.</remarks>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var clip = token.Ratio > options.UpperRatio ? TokenClip.High : token.Ratio < options.LowerRatio ? TokenClip.Low : TokenClip.None;
        var grad = token.Advantage == 0 ? 0 : token.Ratio * token.Advantage;
        var unmasked = grad * token.Logprob;
        if (clip != TokenClip.None) grad = 0;
        var term = clip == TokenClip.None ? unmasked : 0;
        return new(token.Ratio, token.Ratio, unmasked, term, term, clip, GradLogRatio: 0, GradLogprob: grad);
    }
}
