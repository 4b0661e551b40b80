namespace GrpoApi.Features.ImportanceWeights;

/// <summary>The correction, token by token.</summary>
public sealed record ImportanceWeightsResponse
{
    /// <summary>One entry per sequence, in the order sent.</summary>
    public required IReadOnlyList<SequenceWeights> Sequences { get; init; }

    /// <summary>Figures of the gap under verl's names (rollout_corr/...), and what left the mask; null where undefined.</summary>
    /// <example>{"rollout_corr/kl": 0.01, "rollout_corr/rollout_is_mean": 1.0}</example>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>What trainer_config means in the settings of the request; null without one.</summary>
    public ImportanceWeightChoices? Canonical { get; init; }
}

/// <summary>The correction of one sequence.</summary>
public sealed record SequenceWeights
{
    /// <summary>The weight of each token, shape (T), a constant to the gradient; 0 under a 0 of the mask.</summary>
    /// <example>[1.05, 1.05, 0.95]</example>
    public required double[] Weights { get; init; }

    /// <summary>1 where a token still counts, shape (T). With off_policy_mask_threshold alone: 1 for a sequence that is kept, padding included.</summary>
    /// <example>[1, 1, 1]</example>
    public required int[] Mask { get; init; }
}
