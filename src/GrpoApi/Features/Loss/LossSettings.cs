using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>Weights w = exp(old_logprob - rollout_logprob) of the policy term, constants to the gradient.</summary>
public sealed record RolloutCorrectionSettings
{
    /// <summary>
    /// token_truncate or token_mask: one weight per token; sequence_truncate or sequence_mask: one per sequence, of the summed log-probabilities. A weight
    /// beyond the bounds is set to the bound (truncate) or to 0 (mask). null: no correction.
    /// </summary>
    /// <example>null</example>
    public string? Mode { get; init; }

    /// <summary>The largest weight; null: 3, as in TRL. verl, slime and SkyRL use 2.</summary>
    /// <example>null</example>
    public double? ClipMax { get; init; }

    /// <summary>The smallest weight; null: none.</summary>
    /// <example>null</example>
    public double? ClipMin { get; init; }
}

/// <summary>What the sums are divided by. Losses and gradients of micro-batches that name the counts of the whole batch add up to those of the whole.</summary>
public sealed record NormalizerCounts
{
    /// <summary>Tokens in the loss over the whole batch, for token-mean; null: those of this request.</summary>
    /// <example>null</example>
    public double? NumItemsInBatch { get; init; }

    /// <summary>Sequences of the whole batch, for the seq-mean aggregations; null: those of this request.</summary>
    /// <example>null</example>
    public double? GlobalBatchSize { get; init; }

    /// <summary>The generation limit in tokens, for seq-mean-token-sum-norm (Dr. GRPO); null: the longest sequence of this request.</summary>
    /// <example>null</example>
    public double? MaxCompletionLength { get; init; }

    /// <summary>What seq-mean-token-sum-norm divides by instead of max_completion_length (verl's name).</summary>
    /// <example>null</example>
    public double? LossScaleFactor { get; init; }

    /// <summary>Whether a sequence without a token in the loss counts as a sequence (TRL, the default) or is skipped (verl).</summary>
    /// <example>count</example>
    public EmptyRows EmptyRows { get; init; }
}
