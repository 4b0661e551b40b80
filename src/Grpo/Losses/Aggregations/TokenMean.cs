namespace Grpo.Losses.Aggregations;

/// <summary>Sum over all tokens / number of tokens: every token weighs the same (DAPO, arXiv:2503.14476, equation 8).</summary>
public static class TokenMean
{
    /// <inheritdoc cref="WeighTokens"/>
    public static double Weight(in BatchCounts batch, LossNormalizer normalizer, int tokenCount) =>
        1 / ((normalizer.NumItemsInBatch ?? batch.Tokens) + normalizer.TokenEpsilon);
}
