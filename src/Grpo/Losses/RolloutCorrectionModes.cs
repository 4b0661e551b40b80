using Grpo.Losses.Corrections;

namespace Grpo.Losses;

/// <summary>Writes exp(old - rollout) of each token or of its sequence.</summary>
/// <param name="sequence">The completion.</param>
/// <param name="logprobs">The numerator's log-probabilities, shape (T).</param>
/// <param name="ratios">Destination, shape (T); what is written under a 0 of the mask is not read.</param>
public delegate void ComputeMismatch(in SequenceView sequence, ReadOnlySpan<double> logprobs, Span<double> ratios);

/// <summary>Brings ratios between two bounds.</summary>
/// <param name="sequence">The completion.</param>
/// <param name="ratios">In and out, shape (T).</param>
/// <param name="low">The smallest.</param>
/// <param name="high">The largest.</param>
public delegate void BoundRatios(in SequenceView sequence, Span<double> ratios, double low, double high);

/// <summary>One way to correct for the sampler.</summary>
public sealed record RolloutCorrectionMode
{
    /// <summary>The canonical name, TRL's.</summary>
    public required string Name { get; init; }

    /// <summary>What one weight spans.</summary>
    public required ComputeMismatch Ratios { get; init; }

    /// <summary>What happens beyond the bounds.</summary>
    public required BoundRatios Bound { get; init; }

    /// <summary>Whether all tokens of a sequence have the same weight.</summary>
    public bool OneWeightPerSequence { get; init; }
}

/// <summary>The corrections by name.</summary>
public static class RolloutCorrectionModes
{
    /// <summary>token_truncate, token_mask, sequence_truncate, sequence_mask, seq_mask_tis.</summary>
    public static NamedChoices<RolloutCorrectionMode> All { get; } = new(
        "rollout correction mode",
        mode => mode.Name,
        new RolloutCorrectionMode { Name = "token_truncate", Ratios = Mismatch.OfTokens, Bound = RatioBounds.Truncate },
        new RolloutCorrectionMode { Name = "token_mask", Ratios = Mismatch.OfTokens, Bound = RatioBounds.Mask },
        new RolloutCorrectionMode { Name = "sequence_truncate", Ratios = Mismatch.OfSequence, Bound = RatioBounds.Truncate, OneWeightPerSequence = true },
        new RolloutCorrectionMode { Name = "sequence_mask", Ratios = Mismatch.OfSequence, Bound = RatioBounds.Mask, OneWeightPerSequence = true },
        new RolloutCorrectionMode { Name = "seq_mask_tis", Ratios = Mismatch.OfTokens, Bound = RatioBounds.MaskByGeometricMean });

    /// <summary>No weights: every weight is 1.</summary>
    public static RolloutCorrectionMode None { get; } = new() { Name = "none", Ratios = static (in sequence, _, ratios) => ratios.Fill(1), Bound = static (in _, _, _, _) => { } };
}
