namespace Grpo.Advantages.Estimators;

/// <summary>
/// Only the best completion of a group earns, by its lead over the second best: A = (r_max - r_2nd) / (std + epsilon), all others 0, which raises pass@k.
/// Source: arXiv:2503.19595, as in verl's grpo_passk. A tie for the best has no lead; a group of one has no second and gets 0.
/// </summary>
public static class PassKAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    /// <remarks><see cref="RewardScaling.None"/> leaves the division out.</remarks>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            var statistics = RewardStatistics.Of(rewards, options.Ddof);
            if (!(statistics.Std > 0)) continue;

            var (best, lead) = Lead(rewards);
            advantages[batch.Group(group)][best] = options.ScaleRewards == RewardScaling.None ? lead : lead / (statistics.Std + options.StdEpsilon);
        }
    }

    private static (int Best, double Lead) Lead(ReadOnlySpan<double> rewards)
    {
        var (best, first, second) = (0, double.NegativeInfinity, double.NegativeInfinity);
        for (var i = 0; i < rewards.Length; i++)
        {
            if (rewards[i] > first) (best, first, second) = (i, rewards[i], first);
            else if (rewards[i] > second) second = rewards[i];
        }

        return (best, first - second);
    }
}
