using Grpo.Losses.Corrections;

namespace Grpo.Losses;

/// <summary>
/// Weighs the policy term by how much the trainer's old policy differs from what the sampler really ran, w = exp(old - rollout). The weights are
/// constants to the gradient, and the KL term is not weighed. Source: truncated importance sampling for rollouts, as in TRL's
/// vllm_importance_sampling_mode.
/// </summary>
public sealed record RolloutCorrection
{
    /// <summary>TRL's largest weight; verl, slime and SkyRL use 2.</summary>
    public const double DefaultClipMax = 3;

    /// <summary>What one weight spans, and what happens beyond the bounds.</summary>
    public required RolloutCorrectionMode Mode { get; init; }

    /// <summary>The largest weight; null is none.</summary>
    /// <value>The default value is 3.</value>
    public double? ClipMax { get; init; } = DefaultClipMax;

    /// <summary>The smallest weight; null is none.</summary>
    public double? ClipMin { get; init; }

    /// <summary>Writes the weight of each token of a sequence.</summary>
    internal void Weigh(in SequenceView sequence, Span<double> weights)
    {
        Mode.Ratios(sequence, weights);
        Mode.Bound(weights, ClipMin ?? 0, ClipMax ?? double.PositiveInfinity);
    }
}

/// <summary>Writes exp(old - rollout) of each token or of its sequence.</summary>
/// <param name="sequence">The completion.</param>
/// <param name="ratios">Destination, shape (T); what is written under a 0 of the mask is not read.</param>
public delegate void ComputeMismatch(in SequenceView sequence, Span<double> ratios);

/// <summary>Brings ratios between two bounds.</summary>
/// <param name="ratios">In and out, shape (T).</param>
/// <param name="low">The smallest.</param>
/// <param name="high">The largest.</param>
public delegate void BoundRatios(Span<double> ratios, double low, double high);

/// <summary>One way to correct for the sampler.</summary>
public sealed record RolloutCorrectionMode
{
    /// <summary>The canonical name, TRL's.</summary>
    public required string Name { get; init; }

    /// <summary>What one weight spans.</summary>
    public required ComputeMismatch Ratios { get; init; }

    /// <summary>What happens beyond the bounds.</summary>
    public required BoundRatios Bound { get; init; }
}

/// <summary>The corrections by name.</summary>
public static class RolloutCorrectionModes
{
    /// <summary>token_truncate, token_mask, sequence_truncate, sequence_mask.</summary>
    public static NamedChoices<RolloutCorrectionMode> All { get; } = new(
        "rollout correction mode",
        mode => mode.Name,
        new RolloutCorrectionMode { Name = "token_truncate", Ratios = Mismatch.OfTokens, Bound = RatioBounds.Truncate },
        new RolloutCorrectionMode { Name = "token_mask", Ratios = Mismatch.OfTokens, Bound = RatioBounds.Mask },
        new RolloutCorrectionMode { Name = "sequence_truncate", Ratios = Mismatch.OfSequence, Bound = RatioBounds.Truncate },
        new RolloutCorrectionMode { Name = "sequence_mask", Ratios = Mismatch.OfSequence, Bound = RatioBounds.Mask });
}
