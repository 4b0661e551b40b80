using System.Runtime.InteropServices;

namespace Grpo.Losses.Terms;

/// <summary>The part of an objective that belongs to one token. Implementations are empty structs, so that the loop over tokens inlines them.</summary>
public interface IPolicyTerm
{
    /// <summary>Evaluate the term at one token.</summary>
    /// <param name="token">Where.</param>
    /// <param name="options">The settings of the loss.</param>
    static abstract TokenTerms Evaluate(in TokenInputs token, LossOptions options);
}

/// <summary>What a per-token term is computed from.</summary>
/// <param name="Ratio">exp(log ratio) of the token, of whatever level; may be infinite.</param>
/// <param name="Logprob">Under the policy that is trained.</param>
/// <param name="OldLogprob">Before the update.</param>
/// <param name="Advantage">The token's advantage.</param>
/// <param name="Selected">Whether the loss type picked the token out of the batch (<see cref="LossType.Select"/>).</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TokenInputs(double Ratio, double Logprob, double OldLogprob, double Advantage, bool Selected);

/// <summary>What a per-token term is made of. The objective is maximised; the loss is its negative.</summary>
/// <param name="Ratio">The importance ratio, before any bound.</param>
/// <param name="ClippedRatio">The ratio clamped to the clip range.</param>
/// <param name="UnclippedTerm">Ratio times advantage, the ratio bounded by delta where there is one.</param>
/// <param name="ClippedTerm">Clipped ratio times advantage.</param>
/// <param name="MinTerm">The objective of the token before the KL penalty.</param>
/// <param name="Clip">Which bound took the gradient away.</param>
/// <param name="GradLogRatio">d objective / d log ratio.</param>
/// <param name="GradLogprob">d objective / d logprob where the term reads the logprob itself, besides the ratio.</param>
public readonly record struct TokenTerms(
    double Ratio,
    double ClippedRatio,
    double UnclippedTerm,
    double ClippedTerm,
    double MinTerm,
    TokenClip Clip,
    double GradLogRatio,
    double GradLogprob = 0);

/// <summary>The bound that a token's ratio met, which in the clipped surrogate takes its gradient away.</summary>
public enum TokenClip
{
    /// <summary>None.</summary>
    None,

    /// <summary>Ratio below 1 - epsilon at a negative advantage.</summary>
    Low,

    /// <summary>Ratio above 1 + epsilon_high at a positive advantage.</summary>
    High,

    /// <summary>Ratio above delta or dual_clip at a negative advantage.</summary>
    Delta,

    /// <summary>Picked by the loss type: clip_cov leaves the token out.</summary>
    Selected,
}
