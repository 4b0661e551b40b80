using System.Text.Json.Nodes;

namespace Grpo.Rewards;

/// <summary>What one reward says about one completion.</summary>
public sealed record RewardScore
{
    /// <summary>The reason of a score that ran out of its work budget.</summary>
    public const string BudgetExhausted = "budget_exhausted";

    /// <summary>The reason of a score that a mistake in the reward itself took away.</summary>
    public const string InternalError = "internal_error";

    /// <summary>The score; null when the reward does not apply or could not judge. Null is left out of every mean and is never 0.</summary>
    /// <example>1.0</example>
    public required double? Score { get; init; }

    /// <summary>Why, in one sentence.</summary>
    /// <example>1/2 equals 1/2</example>
    public required string Reason { get; init; }

    /// <summary>What the score was computed from; the fields depend on the reward.</summary>
    public JsonObject Details { get; init; } = [];

    /// <summary>A score.</summary>
    public static RewardScore Of(double score, string reason, JsonObject? details = null) => new() { Score = score, Reason = reason, Details = details ?? [] };

    /// <summary>No score: not applicable, or could not be judged.</summary>
    public static RewardScore None(string reason, JsonObject? details = null) => new() { Score = null, Reason = reason, Details = details ?? [] };
}
