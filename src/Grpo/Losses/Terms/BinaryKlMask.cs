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
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var (now, before) = (Math.Exp(token.Logprob), Math.Exp(token.OldLogprob));
        var moved = Divergence(before, now) + Divergence(1 - before, 1 - now);
        var clip = token.Advantage > 0
            ? now > before && moved > (options.EpsilonHigh ?? options.Epsilon) ? TokenClip.High : TokenClip.None
            : now < before && moved > options.Epsilon ? TokenClip.Low : TokenClip.None;
        return TotalVariationMask.Weigh(token, clip, options);
    }

    private static double Divergence(double before, double now) => before * Math.Log((before + Tiny) / (now + Tiny));
}
