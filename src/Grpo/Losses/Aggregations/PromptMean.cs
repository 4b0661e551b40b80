namespace Grpo.Losses.Aggregations;

/// <summary>Mean over prompts of the mean over the tokens of all their sequences: every prompt weighs the same (SkyRL).</summary>
public static class PromptMean
{
    /// <inheritdoc cref="WeighTokens"/>
    public static double Weight(in BatchCounts batch, LossNormalizer normalizer, int tokenCount) =>
        1.0 / ((double)batch.PromptTokens.Prompts * batch.PromptTokens.Tokens);
}
