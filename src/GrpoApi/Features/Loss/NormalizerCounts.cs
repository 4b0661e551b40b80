using Grpo.Losses;

namespace GrpoApi.Features.Loss;

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

    /// <summary>Added to counts of tokens before dividing by them. verl, OpenRLHF and NeMo-RL 1e-8.</summary>
    /// <example>0.0</example>
    public double TokenEpsilon { get; init; }

    /// <summary>Added to the count of tokens in the mean of log ratios of a sequence. verl's geo_mean 1e-8.</summary>
    /// <example>0.0</example>
    public double RatioEpsilon { get; init; }

    /// <summary>Added to the count of sequences before dividing by it. NeMo-RL 1e-8.</summary>
    /// <example>0.0</example>
    public double RowEpsilon { get; init; }

    /// <summary>Sequences per prompt, in the order sent, for prompt-mean; null: all are of one prompt.</summary>
    /// <example>null</example>
    public IReadOnlyList<int>? PromptSizes { get; init; }

    /// <summary>Whether a sequence without a token in the loss counts as a sequence (TRL, the default) or is skipped (verl).</summary>
    /// <example>count</example>
    public EmptyRows EmptyRows { get; init; }
}
