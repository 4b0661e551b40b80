namespace Grpo.Advantages.TokenEstimators;

/// <summary>
/// A_t = delta_t + gamma lambda A_(t+1) with delta_t = r_t + gamma V_(t+1) - V_t, whitened over the batch. Source: GAE, arXiv:1506.02438, as in verl, where
/// masked tokens are stepped over.
/// </summary>
public static class GeneralizedAdvantage
{
    /// <inheritdoc cref="EstimateTokenAdvantages"/>
    /// <exception cref="ArgumentException">A completion has no values.</exception>
    public static double[][] Estimate(TokenRewardBatch batch, TokenAdvantageOptions options) =>
        Whitening.Whiten([.. batch.Completions.Select(completion => Advantages(completion, options))], batch.Completions, options.Whitening);

    /// <summary>The advantages before whitening; added to the values they are the returns that a critic is trained on.</summary>
    public static double[] Advantages(TokenRewards completion, TokenAdvantageOptions options)
    {
        var values = completion.Values ?? throw new ArgumentException("The estimator gae needs values.", nameof(completion));
        var advantages = new double[values.Length];
        var (nextValue, later) = (0.0, 0.0);
        for (var t = values.Length - 1; t >= 0; t--)
        {
            if (completion.Includes(t))
            {
                later = completion.Rewards[t] + (options.Gamma * nextValue) - values[t] + (options.Gamma * options.Lambda * later);
                nextValue = values[t];
            }

            advantages[t] = later;
        }

        return advantages;
    }
}
