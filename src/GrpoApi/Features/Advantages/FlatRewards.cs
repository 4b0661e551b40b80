using System.Text.Json.Serialization;
namespace GrpoApi.Features.Advantages;

/// <content>The flat form of the input, under the names trainers use: one entry per completion of all groups.</content>
public sealed partial record AdvantagesRequest
{
    /// <summary>One reward per completion, shape (N); null: not judged.</summary>
    /// <example>null</example>
    public double?[]? Rewards { get; init; }

    /// <summary>Several rewards per completion, shape (N)(R), named f0, f1, ... (TRL).</summary>
    /// <example>null</example>
    public double?[][]? RewardsPerFunc { get; init; }

    /// <summary>The reward of each token, shape (N)(T) (verl).</summary>
    /// <example>null</example>
    public double[][]? TokenLevelRewards { get; init; }

    /// <summary>Completions per group, when all groups have the same size and lie one after the other.</summary>
    /// <example>null</example>
    public int? GroupSize { get; init; }

    /// <summary>The group of each completion, shape (N).</summary>
    /// <example>null</example>
    public int[]? GroupIds { get; init; }

    /// <summary>1 for tokens of the policy, shape (N)(T).</summary>
    /// <example>null</example>
    public double[][]? Mask { get; init; }

    /// <summary>The critic's value before each token, shape (N)(T).</summary>
    /// <example>null</example>
    public double[][]? Values { get; init; }

    /// <summary>Divergence of each token, shape (N)(T), for a penalty in the reward (OpenRLHF).</summary>
    /// <example>null</example>
    public double[][]? Kl { get; init; }

    /// <summary>Reward of the greedy completion of each completion's prompt, shape (N) (verl's remax).</summary>
    /// <example>null</example>
    public double[]? RewardBaselines { get; init; }

    /// <summary>Log-probabilities of each token before the update, shape (N)(T), for a penalty in the reward (TRL's rloo).</summary>
    /// <example>null</example>
    public double[][]? OldLogprobs { get; init; }

    /// <summary>The same as old_logprobs, under verl's name.</summary>
    /// <example>null</example>
    [JsonPropertyName("old_log_probs")]
    public double[][]? OldLogProbabilities { get; init; }

    /// <summary>Sum over the vocabulary of the squared probabilities at each token, shape (N)(T) (verl's optimal token baselines).</summary>
    /// <example>null</example>
    public double[][]? SumPiSquared { get; init; }

    /// <summary>The agent (role) each completion was played by, shape (N) (prime-rl's rae and hierarchical_grpo).</summary>
    /// <example>null</example>
    public string[]? Agents { get; init; }

    /// <summary>The episode each completion belongs to, shape (N) (prime-rl's hierarchical_grpo).</summary>
    /// <example>null</example>
    public string[]? Episodes { get; init; }

    /// <summary>The same under the reference, shape (N)(T).</summary>
    /// <example>null</example>
    public double[][]? RefLogprobs { get; init; }

    /// <summary>Generated tokens of each completion, shape (N) (prime-rl's length penalty).</summary>
    /// <example>null</example>
    public double[]? NumOutputTokens { get; init; }

    /// <summary>Tokens each completion was given, shape (N) (prime-rl's length penalty).</summary>
    /// <example>null</example>
    public double[]? NumInputTokens { get; init; }

    /// <summary>Turns of each completion, shape (N) (prime-rl's length penalty).</summary>
    /// <example>null</example>
    public double[]? NumTurns { get; init; }

    /// <summary>Tokens of each completion, shape (N), for a trainer's shaping soft_overlong.</summary>
    /// <example>null</example>
    public int[]? CompletionLengths { get; init; }

    /// <summary>Whether each completion was cut off at the limit, shape (N), for OpenRLHF's shaping stop_properly.</summary>
    /// <example>null</example>
    public bool[]? Truncated { get; init; }

    /// <summary>Whether the input is flat.</summary>
    internal bool IsFlat => CompletionLengths is not null || Rewards is not null || RewardsPerFunc is not null || TokenLevelRewards is not null;

    /// <summary>Completions of the flat input, N.</summary>
    internal int FlatCount => Rewards?.Length ?? RewardsPerFunc?.Length ?? TokenLevelRewards?.Length ?? CompletionLengths?.Length ?? 0;
}
