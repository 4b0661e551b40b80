using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>Weights w = exp(old_logprob - rollout_logprob) of the policy term, constants to the gradient.</summary>
public record RolloutCorrectionSettings
{
    /// <summary>
    /// token_truncate or token_mask: one weight per token; sequence_truncate or sequence_mask: one per sequence, of the summed log-probabilities. A weight
    /// beyond the bounds is set to the bound (truncate) or to 0 (mask). seq_mask_tis: token weights as they are, 0 for a sequence whose geometric mean is beyond
    /// the bounds. null: no weights.
    /// </summary>
    /// <example>null</example>
    public string? Mode { get; init; }

    /// <summary>The largest weight; null: 3, as in TRL. verl, slime and SkyRL use 2.</summary>
    /// <example>null</example>
    public double? ClipMax { get; init; }

    /// <summary>The smallest weight; null: none.</summary>
    /// <example>null</example>
    public double? ClipMin { get; init; }

    /// <summary>The policy that stands against the sampler: old (old_logprobs) or current (logprobs, as a constant).</summary>
    /// <example>old</example>
    public MismatchNumerator Numerator { get; init; }

    /// <summary>Whether the weights are divided by their mean over the batch.</summary>
    /// <example>false</example>
    public bool BatchNormalize { get; init; }

    /// <summary>
    /// What leaves the mask, by the name of an estimate of the divergence: token_k1, token_k2, token_k3, seq_sum_*, seq_mean_*, seq_max_k2, seq_max_k3.
    /// k1 = -l, k2 = l^2 / 2, k3 = exp(l) - 1 - l with l = old_logprob - rollout_logprob; the bounds of k1 are ratios rollout / old (verl's rollout_rs).
    /// </summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, RejectionBounds>? Rejection { get; init; }
}

/// <summary>What an estimate may be.</summary>
public sealed record RejectionBounds
{
    /// <summary>The smallest; null: no bound.</summary>
    /// <example>0.7</example>
    public double? Min { get; init; }

    /// <summary>The largest; null: no bound.</summary>
    /// <example>1.3</example>
    public double? Max { get; init; }
}
