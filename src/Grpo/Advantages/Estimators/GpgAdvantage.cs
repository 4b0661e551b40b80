namespace Grpo.Advantages.Estimators;

/// <summary>
/// Centred rewards rescaled for the completions that earned nothing, A_i = alpha (r_i - mean(group)) with alpha = N / number of non-zero rewards of the
/// batch, divided by f_norm. Source: GPG, arXiv:2504.02546, as in verl's compute_gpg_outcome_advantage.
/// </summary>
public static class GpgAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        var (judged, nonzero) = (0, 0);
        foreach (var reward in batch.Rewards)
        {
            if (double.IsNaN(reward)) continue;
            judged++;
            nonzero += reward != 0 ? 1 : 0;
        }

        var scale = options.FNorm * Math.Max(nonzero, 1) / Math.Max(judged, 1);
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            Centring.Subtract(rewards, RewardStatistics.Of(rewards, options.Ddof), scale, advantages[batch.Group(group)]);
        }
    }
}
