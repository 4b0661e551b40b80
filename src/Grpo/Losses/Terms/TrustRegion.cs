using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>r A where the token stays inside a trust region, 0 outside.</summary>
internal static class TrustRegion
{
    /// <summary>The token's term, given the bound it met.</summary>
    public static TermLanes Evaluate(in TokenInputs token, Vector<long> clip)
    {
        var unmasked = token.TimesAdvantage(token.Ratio);
        var term = clip.Keep(unmasked);
        return new() { ClippedRatio = token.Ratio, UnclippedTerm = unmasked, ClippedTerm = term, MinTerm = term, Clip = clip, GradLogRatio = term };
    }

    /// <summary>How far the token's probability moved.</summary>
    public static Vector<double> Moved(in TokenInputs token) => Vector.Exp(token.Logprob) - Vector.Exp(token.OldLogprob);

    /// <summary>The bound of a move that goes the way the advantage pushes.</summary>
    public static Vector<long> ClipBySign(in TokenInputs token, Vector<double> moved, LossOptions options) =>
        TokenClips.Of(high: token.IsPositive & IsAbove(moved, options), low: ~token.IsPositive & IsBelow(moved, options));

    /// <summary>The bound of a move either way.</summary>
    public static Vector<long> ClipBothSides(Vector<double> moved, LossOptions options) => TokenClips.Of(IsAbove(moved, options), IsBelow(moved, options));

    private static Vector<long> IsAbove(Vector<double> moved, LossOptions options) => Vector.GreaterThan(moved, Vector.Create(options.EpsilonHigh ?? options.Epsilon));

    private static Vector<long> IsBelow(Vector<double> moved, LossOptions options) => Vector.LessThan(moved, Vector.Create(-options.Epsilon));
}

/// <summary>
/// r A, without the tokens whose probability moved too far the way the advantage pushes it: p - p_old &gt; epsilon_high for A &gt; 0, &lt; -epsilon else.
/// Source: prime-rl's default loss and SkyRL's dppo with binary_tv; <see cref="TotalVariationMask"/> is verl's form with a detached weight.
/// </summary>
public readonly struct ProbabilityTrust : IPolicyTerm
{
    /// <inheritdoc/>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options) =>
        TrustRegion.Evaluate(token, TrustRegion.ClipBySign(token, TrustRegion.Moved(token), options));
}

/// <summary>r A where the probability moved by at most epsilon down and epsilon_high up, whatever the advantage. Source: prime-rl's ipo and ref_kl losses.</summary>
public readonly struct ProbabilityTrustBothSides : IPolicyTerm
{
    /// <inheritdoc/>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options) =>
        TrustRegion.Evaluate(token, TrustRegion.ClipBothSides(TrustRegion.Moved(token), options));
}

/// <summary>sg(r) A log pi where 1 - epsilon &lt;= r &lt;= 1 + epsilon_high, whatever the advantage, 0 elsewhere. Source: SkyRL's rollout_is loss; IcePop as a loss.</summary>
public readonly struct RatioTrust : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = r A, or 0.</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var clip = TokenClips.Of(
            high: Vector.GreaterThan(token.Ratio, Vector.Create(options.UpperRatio)), low: Vector.LessThan(token.Ratio, Vector.Create(options.LowerRatio)));
        var grad = token.TimesAdvantage(token.Ratio);
        var unmasked = grad * token.Logprob;
        var term = clip.Keep(unmasked);
        return new() { ClippedRatio = token.Ratio, UnclippedTerm = unmasked, ClippedTerm = term, MinTerm = term, Clip = clip, GradLogprob = clip.Keep(grad) };
    }
}
