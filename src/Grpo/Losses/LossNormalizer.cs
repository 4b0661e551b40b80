namespace Grpo.Losses;

/// <summary>
/// What the sums are divided by. Given the counts of the whole batch, the losses and gradients of its micro-batches add up to those of the whole.
/// </summary>
public sealed record LossNormalizer
{
    /// <summary>Tokens in the loss over the whole batch, the divisor of token-mean; null counts this batch.</summary>
    public double? NumItemsInBatch { get; init; }

    /// <summary>Sequences of the whole batch, the divisor of the seq-mean aggregations; null counts this batch.</summary>
    public double? GlobalBatchSize { get; init; }

    /// <summary>The generation limit in tokens, which seq-mean-token-sum-norm divides by (Dr. GRPO); null is the longest sequence of this batch.</summary>
    public double? MaxCompletionLength { get; init; }

    /// <summary>What seq-mean-token-sum-norm divides by instead of <see cref="MaxCompletionLength"/> (verl's name).</summary>
    public double? LossScaleFactor { get; init; }

    /// <summary>Added to counts of tokens before dividing by them. verl, OpenRLHF and NeMo-RL 1e-8.</summary>
    public double TokenEpsilon { get; init; }

    /// <summary>Added to the count of tokens in a mean of log ratios (levels sequence and sequence_clipped). verl's geo_mean 1e-8.</summary>
    public double RatioEpsilon { get; init; }

    /// <summary>Added to the count of sequences before dividing by it. NeMo-RL 1e-8.</summary>
    public double RowEpsilon { get; init; }

    /// <summary>Sequences per prompt, in the order of the batch, for prompt-mean; null is one prompt.</summary>
    public IReadOnlyList<int>? PromptSizes { get; init; }

    /// <summary>Whether a sequence without a token in the loss counts as a sequence.</summary>
    public EmptyRows EmptyRows { get; init; }

    /// <summary>For each sequence, the tokens in the loss of its prompt and the number of prompts, shape (N).</summary>
    /// <exception cref="ArgumentException"><see cref="PromptSizes"/> do not add up to the batch.</exception>
    internal (int Tokens, int Prompts)[] PromptTokens(IReadOnlyList<LossSequence> batch)
    {
        var sizes = PromptSizes ?? [batch.Count];
        if (sizes.Sum() != batch.Count) throw new ArgumentException($"The prompts hold {sizes.Sum()} sequences, the batch {batch.Count}.", nameof(batch));
        var tokens = new (int, int)[batch.Count];
        var start = 0;
        foreach (var size in sizes)
        {
            tokens.AsSpan(start, size).Fill((batch.Skip(start).Take(size).Sum(sequence => sequence.TokenCount), sizes.Count));
            start += size;
        }

        return tokens;
    }
}

/// <summary>What a sequence without a token in the loss means to the mean over sequences.</summary>
public enum EmptyRows
{
    /// <summary>It counts as a sequence with loss 0 (TRL).</summary>
    Count,

    /// <summary>It leaves the denominator (verl, OpenRLHF).</summary>
    Skip,
}
