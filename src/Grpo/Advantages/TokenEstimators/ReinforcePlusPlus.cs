namespace Grpo.Advantages.TokenEstimators;

/// <summary>
/// Discounted return of each token, R_t = r_t + gamma R_(t+1), whitened over the batch. Source: REINFORCE++, arXiv:2501.03262, as in verl, where the return
/// starts anew before a masked token.
/// </summary>
public static class ReinforcePlusPlus
{
    /// <inheritdoc cref="EstimateTokenAdvantages"/>
    public static double[][] Estimate(TokenRewardBatch batch, TokenAdvantageOptions options) =>
        Whitening.Whiten([.. batch.Completions.Select(completion => Returns(completion, options.Gamma))], batch.Completions, options.Whitening);

    /// <summary>The discounted sum of the rewards from each token on, shape (T).</summary>
    /// <param name="completion">The rewards.</param>
    /// <param name="gamma">The discount.</param>
    public static double[] Returns(TokenRewards completion, double gamma)
    {
        var returns = new double[completion.Rewards.Length];
        var later = 0.0;
        for (var t = returns.Length - 1; t >= 0; t--)
        {
            returns[t] = completion.Rewards[t] + (gamma * later);
            later = completion.Includes(t) ? returns[t] : 0;
        }

        return returns;
    }
}
