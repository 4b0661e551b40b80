namespace Grpo.Losses.Aggregations;

/// <summary>Sum over all tokens, undivided (Tinker).</summary>
public static class TokenSum
{
    /// <inheritdoc cref="WeighTokens"/>
    public static double Weight(in BatchCounts batch, LossNormalizer normalizer, int tokenCount) =>
        1;
}
