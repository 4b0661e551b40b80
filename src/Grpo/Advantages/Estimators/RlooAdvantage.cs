namespace Grpo.Advantages.Estimators;

/// <summary>
/// Leave-one-out baseline, A_i = r_i - mean of the other rewards = G / (G - 1) (r_i - mean(group)), where G counts the judged completions.
/// Source: arXiv:2402.14740; a completion without judged siblings gets 0 as in TRL, where verl keeps its raw reward.
/// </summary>
public static class RlooAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    /// <remarks><see cref="RewardScaling.Batch"/> then standardises the advantages over the batch (TRL's normalize_advantages).</remarks>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            var statistics = RewardStatistics.Of(rewards, options.Ddof);
            Centring.Subtract(rewards, statistics, (statistics.Count - 1.0) / statistics.Count, advantages[batch.Group(group)]);
        }

        if (options.ScaleRewards == RewardScaling.Batch) Standardise(batch.Rewards, options, advantages);
    }

    private static void Standardise(ReadOnlySpan<double> rewards, AdvantageOptions options, Span<double> advantages)
    {
        for (var i = 0; i < rewards.Length; i++) advantages[i] = double.IsNaN(rewards[i]) ? double.NaN : advantages[i];
        var statistics = RewardStatistics.Of(advantages, options.Ddof);
        Centring.Subtract(advantages, statistics, statistics.Std + options.StdEpsilon, advantages);
    }
}
