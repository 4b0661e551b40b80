namespace Grpo.Advantages.Estimators;

/// <summary>
/// A_i = (r_i - mean of the others) / (std of the others + epsilon), undivided where the others are all equal. Source: NeMo-RL's
/// calculate_baseline_and_std_per_prompt; in two passes and double, so that equal peers have no rounding residue to divide by (NVIDIA-NeMo/RL#4158).
/// </summary>
internal static class LeaveOneOutAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards[batch.Group(group)];
            var target = advantages[batch.Group(group)];
            for (var i = 0; i < rewards.Length; i++)
            {
                var others = RewardStatistics.Of([.. rewards[..i], .. rewards[(i + 1)..]], options.Ddof);
                if (double.IsNaN(rewards[i]) || others.Count == 0) continue;
                target[i] = (rewards[i] - others.Mean) / (others.Std > 0 && others.Count > 1 ? others.Std + options.StdEpsilon : 1);
            }
        }
    }
}
