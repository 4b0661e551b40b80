namespace Grpo.Losses.Aggregations;

/// <summary>Mean over sequences of the sum over tokens.</summary>
public static class SeqMeanTokenSum
{
    /// <inheritdoc cref="WeighTokens"/>
    public static double Weight(in BatchCounts batch, LossNormalizer normalizer, int tokenCount) =>
        1 / (normalizer.GlobalBatchSize ?? batch.Rows);
}
