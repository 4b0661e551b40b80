namespace Grpo.Losses.Aggregations;

/// <summary>Mean over sequences of the mean over tokens: every sequence weighs the same (GRPO, arXiv:2402.03300, equation 3).</summary>
public static class SeqMeanTokenMean
{
    /// <inheritdoc cref="WeighTokens"/>
    public static double Weight(in BatchCounts batch, LossNormalizer normalizer, int tokenCount) =>
        1 / (((normalizer.GlobalBatchSize ?? batch.Rows) + normalizer.RowEpsilon) * (tokenCount + normalizer.TokenEpsilon));
}
