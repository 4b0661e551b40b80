namespace Grpo.Advantages.TokenEstimators;

/// <summary>
/// The completion's reward minus the group's mean, on each of its tokens, whitened over the batch. Source: REINFORCE++ with baseline, arXiv:2501.03262, as in
/// verl, where the only completion of a group keeps its reward.
/// </summary>
public static class ReinforcePlusPlusBaseline
{
    /// <inheritdoc cref="EstimateTokenAdvantages"/>
    /// <exception cref="ArgumentException">The groups do not hold all completions.</exception>
    public static double[][] Estimate(TokenRewardBatch batch, TokenAdvantageOptions options)
    {
        if (batch.GroupSizes.Sum() != batch.Completions.Count) throw new ArgumentException("The groups do not hold all completions.", nameof(batch));
        var rewards = batch.Completions.Select(completion => completion.Rewards.Sum()).ToArray();
        foreach (var group in batch.Groups())
        {
            var mean = RewardStatistics.Of(rewards.AsSpan(group), ddof: 1);
            if (mean.Count == 1) continue;
            foreach (ref var reward in rewards.AsSpan(group)) reward -= mean.Mean;
        }

        return Whitening.Whiten([.. batch.Completions.Select((completion, index) => Repeated(rewards[index], completion.Rewards.Length))], batch.Completions, options.Whitening);
    }

    private static double[] Repeated(double value, int count) => [.. Enumerable.Repeat(value, count)];
}
