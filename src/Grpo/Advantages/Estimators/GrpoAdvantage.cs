namespace Grpo.Advantages.Estimators;

/// <summary>
/// Group-relative advantages, A_i = (r_i - mean(group)) / (std + epsilon). Source: DeepSeekMath, arXiv:2402.03300, section 4.1.2; the conventions
/// for nulls, singletons and equal rewards are TRL's.
/// </summary>
public static class GrpoAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    /// <remarks>
    /// <see cref="RewardScaling.Group"/> divides by the group's spread, <see cref="RewardScaling.Batch"/> by the batch's (arXiv:2508.08221),
    /// <see cref="RewardScaling.None"/> not at all. A group of equal rewards gets 0 in every case. With several rewards,
    /// <see cref="MultiObjectiveAggregation.NormalizeThenSum"/> is <see cref="GdpoAdvantage"/>.
    /// </remarks>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        if (options.MultiObjectiveAggregation == MultiObjectiveAggregation.NormalizeThenSum && batch.Scores is not null)
        {
            GdpoAdvantage.Estimate(batch, options, advantages);
            return;
        }

        if (options.LeaveOneOut)
        {
            LeaveOneOutAdvantage.Estimate(batch, options, advantages);
            return;
        }

        var whole = RewardStatistics.Of(batch.Rewards, options.Ddof);
        var scaling = options.ScaleRewards ?? RewardScaling.Group;
        var batchStd = scaling == RewardScaling.Batch ? whole.Std : 0;
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            var statistics = RewardStatistics.Of(rewards, options.Ddof);
            var scale = scaling switch
            {
                RewardScaling.Group => statistics.Std + options.StdEpsilon,
                RewardScaling.Batch => batchStd + options.StdEpsilon,
                _ => 1,
            };
            Centring.Subtract(rewards, options.BatchMean ? whole : statistics, scale, advantages[batch.Group(group)]);
        }
    }
}
