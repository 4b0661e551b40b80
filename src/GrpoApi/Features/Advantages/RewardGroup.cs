namespace GrpoApi.Features.Advantages;

/// <summary>The rewards of one group of completions: as one number each, as several scores each, or as both.</summary>
public sealed record RewardGroup
{
    /// <summary>One reward per completion, shape (G). null: not judged; left out of mean and std, advantage 0. Default: the weighted sum of the scores.</summary>
    /// <example>[1.0, 0.0, null, 1.0]</example>
    public double?[]? Rewards { get; init; }

    /// <summary>Several named rewards, shape (G) each; null as above. With rewards given too, they serve only the estimators that read single scores.</summary>
    /// <example>{"accuracy": [1.0, 0.0, null, 1.0]}</example>
    public IReadOnlyDictionary<string, double?[]>? Scores { get; init; }

    /// <summary>Tokens of each completion, shape (G); needed by opo.</summary>
    /// <example>[10, 12, 9, 30]</example>
    public double[]? Lengths { get; init; }

    /// <summary>Reward of the greedy completion of the prompt, once per completion, shape (G); needed by remax.</summary>
    /// <example>[0.5, 0.5, 0.5, 0.5]</example>
    public double[]? Baselines { get; init; }

    /// <summary>Reward of each token of each completion, shape (G)(T); for the token-level estimators.</summary>
    /// <example>null</example>
    public double[][]? TokenRewards { get; init; }

    /// <summary>1 for tokens of the policy, shape (G)(T); absent: all 1.</summary>
    /// <example>null</example>
    public double[][]? Mask { get; init; }

    /// <summary>The critic's value before each token, shape (G)(T); needed by gae.</summary>
    /// <example>null</example>
    public double[][]? Values { get; init; }

    /// <summary>Log-probability of each token when it was sampled, shape (G)(T); needed by the optimal token baselines and kl_penalty_coef.</summary>
    /// <example>null</example>
    public double[][]? OldLogprobs { get; init; }

    /// <summary>The same under the reference, shape (G)(T); needed by kl_penalty_coef.</summary>
    /// <example>null</example>
    public double[][]? RefLogprobs { get; init; }

    /// <summary>Sum over the vocabulary of the squared probabilities at each token, shape (G)(T); needed by the optimal token baselines.</summary>
    /// <example>null</example>
    public double[][]? SumPiSquared { get; init; }

    /// <summary>The agent (role) each completion was played by, shape (G); needed by rae and hierarchical_grpo.</summary>
    /// <example>null</example>
    public string[]? Agents { get; init; }

    /// <summary>The episode each completion belongs to, shape (G); needed by hierarchical_grpo.</summary>
    /// <example>null</example>
    public string[]? Episodes { get; init; }

    /// <summary>Completions of the group, G.</summary>
    internal int Size => TokenRewards?.Length ?? Rewards?.Length ?? Scores?.Values.FirstOrDefault()?.Length ?? 0;
}
