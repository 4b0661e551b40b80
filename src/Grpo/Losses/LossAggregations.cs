using Grpo.Losses.Aggregations;

namespace Grpo.Losses;

/// <summary>The weight of each token's loss in the one number: every aggregation is linear, and the same for all tokens of a sequence.</summary>
/// <param name="batch">How many tokens and sequences there are.</param>
/// <param name="normalizer">The caller's counts, which stand in for those of the batch.</param>
/// <param name="tokenCount">Tokens of the sequence in the loss, at least 1.</param>
public delegate double WeighTokens(in BatchCounts batch, LossNormalizer normalizer, int tokenCount);

/// <summary>The sizes of a batch.</summary>
/// <param name="Tokens">Tokens in the loss.</param>
/// <param name="Rows">Sequences, without the empty ones when <see cref="EmptyRows.Skip"/> says so.</param>
/// <param name="LongestSequence">The largest T, masked tokens included.</param>
public readonly record struct BatchCounts(int Tokens, int Rows, int LongestSequence)
{
    /// <summary>Tokens in the loss of the sequence's prompt, and how many prompts there are.</summary>
    public (int Tokens, int Prompts) PromptTokens { get; init; }
}

/// <summary>How per-token losses become one number.</summary>
public sealed record LossAggregation
{
    /// <summary>The canonical name, verl's.</summary>
    public required string Name { get; init; }

    /// <summary>The weight of a token.</summary>
    public required WeighTokens Weight { get; init; }
}

/// <summary>The aggregations by name.</summary>
public static class LossAggregations
{
    /// <summary>prompt-mean, token-mean, seq-mean-token-mean, seq-mean-token-sum, seq-mean-token-sum-norm, token-sum.</summary>
    public static NamedChoices<LossAggregation> All { get; } = new(
        "aggregation",
        aggregation => aggregation.Name,
        new LossAggregation { Name = "token-mean", Weight = TokenMean.Weight },
        new LossAggregation { Name = "seq-mean-token-mean", Weight = SeqMeanTokenMean.Weight },
        new LossAggregation { Name = "seq-mean-token-sum", Weight = SeqMeanTokenSum.Weight },
        new LossAggregation { Name = "seq-mean-token-sum-norm", Weight = SeqMeanTokenSumNorm.Weight },
        new LossAggregation { Name = "token-sum", Weight = TokenSum.Weight },
        new LossAggregation { Name = "prompt-mean", Weight = PromptMean.Weight });
}
