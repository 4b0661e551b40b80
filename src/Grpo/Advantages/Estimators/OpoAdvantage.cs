namespace Grpo.Advantages.Estimators;

/// <summary>
/// Length-weighted baseline, A_i = r_i - sum_j n_j r_j / sum_j n_j, which has the least variance when the gradient's norm grows with the length.
/// Source: OPO, arXiv:2505.23585. A completion without judged siblings gets 0, where verl keeps its raw reward.
/// </summary>
public static class OpoAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            var statistics = RewardStatistics.Of(rewards, options.Ddof);
            var baseline = WeightedMean(rewards, batch.Lengths.AsSpan(batch.Group(group)), statistics.Mean);
            Centring.Subtract(rewards, statistics with { Mean = baseline }, scale: 1, advantages[batch.Group(group)]);
        }
    }

    /// <summary>The weighted mean as a distance from the plain one; the plain one when all weights are 0.</summary>
    private static double WeightedMean(ReadOnlySpan<double> rewards, ReadOnlySpan<double> lengths, double mean)
    {
        var (distance, total) = (0.0, 0.0);
        for (var i = 0; i < rewards.Length; i++)
        {
            if (double.IsNaN(rewards[i])) continue;
            distance += lengths[i] * (rewards[i] - mean);
            total += lengths[i];
        }

        return total > 0 ? mean + (distance / total) : mean;
    }
}
