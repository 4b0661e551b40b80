using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// A log pi - beta/2 (log pi - log pi_old)^2: the policy gradient with a quadratic pull back to the old policy. Source: DRO, arXiv:2405.19107, as in
/// verl and Tinker.
/// </summary>
public readonly struct DirectOptimization : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = A - beta (lp - old).</remarks>
    /// <exception cref="ArgumentException"><see cref="LossOptions.DroBeta"/> is not set.</exception>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var beta = Vector.Create(options.DroBeta ?? throw new ArgumentException("The loss type dro needs DroBeta.", nameof(options)));
        var distance = token.Logprob - token.OldLogprob;
        var term = token.Advantage * token.Logprob;
        var penalised = term - (beta / 2 * distance * distance);
        return new() { ClippedRatio = token.Ratio, UnclippedTerm = term, ClippedTerm = penalised, MinTerm = penalised, GradLogprob = token.Advantage - (beta * distance) };
    }
}
