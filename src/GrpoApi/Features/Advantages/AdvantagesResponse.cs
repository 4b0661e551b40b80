namespace GrpoApi.Features.Advantages;

/// <summary>The advantages, group by group.</summary>
public sealed record AdvantagesResponse
{
    /// <summary>One entry per group, in the order sent.</summary>
    public required IReadOnlyList<AdvantageGroup> Groups { get; init; }

    /// <summary>Flat input: one advantage per completion, in the order sent; null for input in groups.</summary>
    /// <example>null</example>
    public double[]? Advantages { get; init; }

    /// <summary>Flat input with tokens: one advantage per token, shape (N)(T), in the order sent; null otherwise.</summary>
    /// <example>null</example>
    public double[][]? TokenAdvantages { get; init; }

    /// <summary>With a trainer's shaping: one shaped reward per completion, in the order sent, which the advantages are computed from; null otherwise.</summary>
    /// <example>null</example>
    public double?[]? Rewards { get; init; }

    /// <summary>rae: the agents' averages after this batch, to be sent with the next; null for other estimators.</summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, double>? AgentBaselines { get; init; }

    /// <summary>What trainer_config means in the settings of the request; null without one.</summary>
    public AdvantageChoices? Canonical { get; init; }

    /// <summary>Figures of the batch under TRL's names: reward, reward_std, frac_reward_zero_std, rewards/NAME/mean and rewards/NAME/std; null where undefined.</summary>
    /// <example>{"reward": 0.5, "reward_std": 0.58, "frac_reward_zero_std": 0.0}</example>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }
}

/// <summary>The advantages of one group.</summary>
public sealed record AdvantageGroup
{
    /// <summary>One advantage per completion, shape (G), in the order of the rewards; of a token-level estimator the mean over the tokens.</summary>
    /// <example>[0.5773, -1.1545, 0.0, 0.5773]</example>
    public required double[] Advantages { get; init; }

    /// <summary>One advantage per token, shape (G)(T), 0 under a 0 of the mask; null when the group gives neither token_rewards nor a mask.</summary>
    /// <example>null</example>
    public double[][]? TokenAdvantages { get; init; }

    /// <summary>Mean of the rewards that were judged; null when none was.</summary>
    /// <example>0.6667</example>
    public required double? Mean { get; init; }

    /// <summary>Their standard deviation; null when it is undefined.</summary>
    /// <example>0.5774</example>
    public required double? Std { get; init; }

    /// <summary>Whether all rewards are equal (up to float32 rounding): the group then carries no signal and its advantages are 0.</summary>
    /// <example>false</example>
    public required bool RewardStdIsZero { get; init; }
}
