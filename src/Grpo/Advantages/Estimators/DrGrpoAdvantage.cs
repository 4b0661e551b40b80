namespace Grpo.Advantages.Estimators;

/// <summary>
/// Centred rewards, A_i = r_i - mean(group): dividing by the spread would favour questions that are too easy or too hard.
/// Source: Dr. GRPO, arXiv:2503.20783.
/// </summary>
public static class DrGrpoAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            Centring.Subtract(rewards, RewardStatistics.Of(rewards, options.Ddof), scale: 1, advantages[batch.Group(group)]);
        }
    }
}
