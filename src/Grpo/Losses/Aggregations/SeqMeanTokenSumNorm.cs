namespace Grpo.Losses.Aggregations;

/// <summary>Mean over sequences of the sum over tokens / a constant length (Dr. GRPO, arXiv:2503.20783).</summary>
public static class SeqMeanTokenSumNorm
{
    /// <inheritdoc cref="WeighTokens"/>
    public static double Weight(in BatchCounts batch, LossNormalizer normalizer, int tokenCount) =>
        1 / ((normalizer.GlobalBatchSize ?? batch.Rows) * (normalizer.LossScaleFactor ?? normalizer.MaxCompletionLength ?? batch.LongestSequence));
}
