using System.Text.Json;

namespace GrpoApi.Features.Advantages;

/// <summary>The rewards of groups of completions, and how they become advantages.</summary>
public sealed partial record AdvantagesRequest : AdvantageChoices
{
    /// <summary>
    /// A trainer's own settings in the place of those above: {"trainer": "trl | verl | openrlhf | nemo_rl | slime | skyrl | prime_rl | areal | open_instruct |
    /// tinker", ...}
    /// with that trainer's parameter names. The answer's canonical says what was meant.
    /// </summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, JsonElement>? TrainerConfig { get; init; }

    /// <summary>The groups, shape (P). The completions of a group answer the same prompt. Or give the flat inputs below.</summary>
    /// <example>[{"rewards": [1.0, 0.0, null, 1.0]}, {"rewards": [0.0, 0.0, 0.0, 0.5]}]</example>
    public IReadOnlyList<RewardGroup> Groups { get; init; } = [];
}
