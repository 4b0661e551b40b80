using System.Text.Json;
using GrpoApi.Features.Loss;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>How the gap between sampler and trainer is corrected.</summary>
public record ImportanceWeightChoices : RolloutCorrectionSettings
{
    /// <summary>Drops a sequence with negative advantage when the mean of rollout_logprobs (else old_logprobs) - logprobs is above this; null: never.</summary>
    /// <example>null</example>
    public double? OffPolicyMaskThreshold { get; init; }

    /// <summary>The settings alone.</summary>
    internal ImportanceWeightChoices Choices => new(this);
}

/// <summary>Log-probabilities of completions under the trainer's old policy and as the sampler reported them.</summary>
public sealed record ImportanceWeightsRequest : ImportanceWeightChoices
{
    /// <summary>
    /// A trainer's own settings in the place of those above: verl (rollout_is, rollout_is_threshold, rollout_is_batch_normalize, rollout_rs,
    /// rollout_rs_threshold), trl, openrlhf, nemo_rl, slime, skyrl, areal, open_instruct.
    /// </summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, JsonElement>? TrainerConfig { get; init; }

    /// <summary>The completions, each of its own length.</summary>
    public required IReadOnlyList<SampledSequence> Sequences { get; init; }
}

/// <summary>One completion; every array has its length T.</summary>
public sealed record SampledSequence
{
    /// <summary>Under the trainer's policy before the update, shape (T).</summary>
    /// <example>[-1.0, -2.0, -0.5]</example>
    public required double[] OldLogprobs { get; init; }

    /// <summary>As the sampler reported it, shape (T); needed by mode and rejection.</summary>
    /// <example>[-1.05, -2.05, -0.45]</example>
    public double[]? RolloutLogprobs { get; init; }

    /// <summary>Under the policy that is trained, shape (T); needed by off_policy_mask_threshold and the numerator current.</summary>
    /// <example>null</example>
    public double[]? Logprobs { get; init; }

    /// <summary>1 where a token counts, shape (T). Absent: all 1.</summary>
    /// <example>[1, 1, 1]</example>
    public double[]? Mask { get; init; }

    /// <summary>The advantage; needed by off_policy_mask_threshold.</summary>
    /// <example>null</example>
    public double? Advantage { get; init; }
}
