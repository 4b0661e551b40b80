using System.ComponentModel;
using System.Text.Json;

namespace Grpo.Rewards;

/// <summary>One reward of a request: which, how much, and with what parameters.</summary>
public sealed record RewardSpec
{
    /// <summary>A name that <c>GET /v1/rewards</c> lists; each at most once in a request.</summary>
    /// <example>accuracy</example>
    public required string Name { get; init; }

    /// <summary>Factor of its score in the sum.</summary>
    /// <value>At least 0; 0 scores and reports it without counting it. The default value is 1.</value>
    [DefaultValue(1.0)]
    public double Weight { get; init; } = 1;

    /// <summary>Its parameters, an object of the schema that <c>GET /v1/rewards</c> gives; absent: all defaults.</summary>
    /// <example>{}</example>
    public JsonElement? Params { get; init; }
}

/// <summary>What a list of <see cref="RewardSpec"/> becomes.</summary>
public static class RewardSpecs
{
    /// <summary>Binds the rewards of a request that validation accepted.</summary>
    /// <exception cref="ArgumentException">The list is empty, a name is unknown or given twice, or a weight is negative or not finite.</exception>
    /// <exception cref="RewardParamsException">Parameters are wrong.</exception>
    public static RewardSet ToRewardSet(this IReadOnlyList<RewardSpec> specs) =>
        new([.. specs.Select(spec => WeightedReward.Bind(spec.Name, spec.Weight, spec.Params))]);
}
