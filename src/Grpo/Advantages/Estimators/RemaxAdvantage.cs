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

    /// <summary>The same at each token, shape (T): the rewards from there on minus the baseline, 0 under a 0 of the mask (verl).</summary>
    public static double[] OfTokens(TokenRewards completion, double baseline)
    {
        var advantages = new double[completion.Rewards.Length];
        var later = 0.0;
        for (var t = advantages.Length - 1; t >= 0; t--)
        {
            if (!completion.Includes(t)) continue;
            later += completion.Rewards[t];
            advantages[t] = later - baseline;
        }

        return advantages;
    }
}
