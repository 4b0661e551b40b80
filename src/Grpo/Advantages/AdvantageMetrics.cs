namespace Grpo.Advantages;

/// <summary>The figures TRL logs beside the advantages.</summary>
public static class AdvantageMetrics
{
    /// <summary>Mean and sample standard deviation (divisor count - 1) over the batch, and the share of groups without signal.</summary>
    /// <remarks>TRL's share is one of completions, which is the same number when all groups have the same size.</remarks>
    /// <returns>reward, reward_std, frac_reward_zero_std, and rewards/NAME/mean and rewards/NAME/std when there are several rewards.</returns>
    public static IReadOnlyDictionary<string, double?> Of(RewardBatch batch, ReadOnlySpan<RewardStatistics> groups)
    {
        var metrics = new Dictionary<string, double?>();
        if (batch.Scores is { } scores)
        {
            for (var reward = 0; reward < scores.Names.Count; reward++)
            {
                var score = RewardStatistics.Of(scores.Values[reward], ddof: 1);
                metrics[$"rewards/{scores.Names[reward]}/mean"] = Defined(score.Mean);
                metrics[$"rewards/{scores.Names[reward]}/std"] = Defined(score.Std);
            }
        }

        var all = RewardStatistics.Of(batch.Rewards, ddof: 1);
        metrics["reward"] = Defined(all.Mean);
        metrics["reward_std"] = Defined(all.Std);

        var withoutSignal = 0;
        foreach (var group in groups) withoutSignal += group.StdIsZero ? 1 : 0;
        metrics["frac_reward_zero_std"] = groups.IsEmpty ? null : (double)withoutSignal / groups.Length;
        return metrics;
    }

    private static double? Defined(double value) => double.IsFinite(value) ? value : null;
}
