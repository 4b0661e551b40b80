namespace Grpo.Advantages.Estimators;

/// <summary>
/// Distance from the mean in units of the mean, A_i = (r_i - mean(group)) / mean(group), for rewards that are not negative. A mean of 0 or less gives 0,
/// as in prime-rl; SkyRL adds 1e-6 to the divisor instead. Source: MaxRL, arXiv:2602.02710.
/// </summary>
public static class MaxRlAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            var statistics = RewardStatistics.Of(rewards, options.Ddof);
            if (statistics.Mean > 0) Centring.Subtract(rewards, statistics, statistics.Mean + options.MeanEpsilon, advantages[batch.Group(group)]);
        }
    }
}
