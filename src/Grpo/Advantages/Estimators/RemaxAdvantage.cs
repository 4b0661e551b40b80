namespace Grpo.Advantages.Estimators;

/// <summary>
/// The reward above that of the greedy completion of the same prompt, A_i = r_i - b_i. Source: ReMax, arXiv:2310.10505.
/// </summary>
public static class RemaxAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var i = 0; i < advantages.Length; i++) advantages[i] = double.IsNaN(batch.Rewards[i]) ? 0 : batch.Rewards[i] - batch.Baselines![i];
    }
}
