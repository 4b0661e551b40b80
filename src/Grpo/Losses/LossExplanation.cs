using System.Runtime.InteropServices;
using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>Every number a person needs to redo the computation by hand.</summary>
/// <param name="Sequences">One entry per sequence, each with one entry per token.</param>
/// <param name="Surrogate">Sum of weight times rollout weight times the policy term.</param>
/// <param name="KlPenalty">Sum of weight times beta times the divergence.</param>
/// <param name="Objective">Surrogate minus penalty: what is maximised.</param>
public sealed record LossExplanation(IReadOnlyList<TokenExplanation[]> Sequences, double Surrogate, double KlPenalty, double Objective);

/// <summary>The numbers of one token. Under a 0 of the mask everything is NaN and the weight 0.</summary>
/// <param name="Terms">The policy term and what it is made of.</param>
/// <param name="RolloutWeight">The rollout correction's weight of the policy term; 1 without a correction.</param>
/// <param name="Kl">The divergence from the reference, times the ratio under bias correction; 0 without a KL term.</param>
/// <param name="BetaKl">The penalty, beta times the divergence.</param>
/// <param name="Objective">The weighed policy term minus the penalty.</param>
/// <param name="Weight">The token's weight in the loss: loss = -sum weight * objective.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TokenExplanation(TokenTerms Terms, double RolloutWeight, double Kl, double BetaKl, double Objective, double Weight)
{
    /// <summary>A token that is not in the loss.</summary>
    public static TokenExplanation Masked { get; } = new(
        new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, TokenClip.None), double.NaN, double.NaN, double.NaN, double.NaN, Weight: 0);

    internal TokenExplanation(in TokenTerms terms, double rolloutWeight, double kl, double beta, double weight)
        : this(terms, rolloutWeight, kl, beta * kl, (rolloutWeight * terms.MinTerm) - (beta * kl), weight)
    {
    }
}
