using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// sg(min(r, c)) A log pi, without the tokens whose probability moved the way the advantage pushes it by a binary divergence KL(p_old || p) above epsilon_high
/// (A &gt; 0) or epsilon. Source: DPPO with binary KL, as in verl's compute_policy_loss_dppo_kl.
/// </summary>
public readonly struct BinaryKlMask : IPolicyTerm
{
    /// <summary>verl's constant inside the logarithms.</summary>
    private const double Tiny = 1e-8;

    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = min(r, c) A, or 0.</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var (now, before) = (Vector.Exp(token.Logprob), Vector.Exp(token.OldLogprob));
        var moved = Divergence(before, now) + Divergence(Vector<double>.One - before, Vector<double>.One - now);
        var high = token.IsPositive & Vector.GreaterThan(now, before) & Vector.GreaterThan(moved, Vector.Create(options.EpsilonHigh ?? options.Epsilon));
        var low = ~token.IsPositive & Vector.LessThan(now, before) & Vector.GreaterThan(moved, Vector.Create(options.Epsilon));
        return TotalVariationMask.Weigh(token, TokenClips.Of(high, low), options);
    }

    private static Vector<double> Divergence(Vector<double> before, Vector<double> now) => before * Vector.Log((before + Vector.Create(Tiny)) / (now + Vector.Create(Tiny)));
}
