using Grpo.Advantages.TokenEstimators;

namespace Grpo.Advantages;

/// <summary>Writes one advantage per token.</summary>
/// <param name="batch">The completions with their rewards.</param>
/// <param name="options">How rewards are spread over tokens.</param>
/// <returns>One array per completion, shape (T), 0 under a 0 of the mask.</returns>
public delegate double[][] EstimateTokenAdvantages(TokenRewardBatch batch, TokenAdvantageOptions options);

/// <summary>One way from rewards to an advantage for each token.</summary>
public sealed record TokenAdvantageEstimator
{
    /// <summary>The canonical name.</summary>
    public required string Name { get; init; }

    /// <summary>The computation.</summary>
    public required EstimateTokenAdvantages Estimate { get; init; }
}

/// <summary>The token-level estimators by name.</summary>
public static class TokenAdvantageEstimators
{
    /// <summary>reinforce_plus_plus, reinforce_plus_plus_baseline, gae, optimal_token_baseline, tir_optimal_token_baseline.</summary>
    public static NamedChoices<TokenAdvantageEstimator> All { get; } = new(
        "token-level advantage estimator",
        estimator => estimator.Name,
        new TokenAdvantageEstimator { Name = "reinforce_plus_plus", Estimate = ReinforcePlusPlus.Estimate },
        new TokenAdvantageEstimator { Name = "reinforce_plus_plus_baseline", Estimate = ReinforcePlusPlusBaseline.Estimate },
        new TokenAdvantageEstimator { Name = "gae", Estimate = GeneralizedAdvantage.Estimate },
        new TokenAdvantageEstimator { Name = "optimal_token_baseline", Estimate = OptimalTokenBaseline.Estimate },
        new TokenAdvantageEstimator { Name = "tir_optimal_token_baseline", Estimate = OptimalTokenBaseline.EstimateAcrossTurns });
}
