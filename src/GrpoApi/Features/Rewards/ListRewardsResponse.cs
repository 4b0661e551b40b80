using System.Text.Json;
using Grpo.Rewards;

namespace GrpoApi.Features.Rewards;

/// <summary>The rewards this service offers.</summary>
public sealed record ListRewardsResponse
{
    /// <summary>The rewards, in a fixed order.</summary>
    public required IReadOnlyList<RewardDescription> Rewards { get; init; }
}

/// <summary>What a reward scores, and what it takes.</summary>
public sealed record RewardDescription
{
    /// <summary>Its name in requests.</summary>
    /// <example>accuracy</example>
    public required string Name { get; init; }

    /// <summary>Changes whenever any score could change.</summary>
    public required string Version { get; init; }

    /// <summary>What is rewarded.</summary>
    public required string Summary { get; init; }

    /// <summary>The score as a formula, with the names of the parameters; 1[…] is 1 where … holds, else 0.</summary>
    /// <example>score = 1[answer = reference], by the check that the reference chooses</example>
    public required string Formula { get; init; }

    /// <summary>Where it is defined: a paper, or the implementation whose scores it gives.</summary>
    /// <example>DeepSeek-R1, arXiv:2501.12948 section 2.2</example>
    public required string Source { get; init; }

    /// <summary>The smallest and the largest score, shape (2); null where there is no bound.</summary>
    /// <example>[0, 1]</example>
    public required IReadOnlyList<double?> Range { get; init; }

    /// <summary>Whether it compares the completions of a group; its samples need <c>group</c> then.</summary>
    /// <example>false</example>
    public required bool Group { get; init; }

    /// <summary>JSON schema of its parameters, with their descriptions, ranges and defaults.</summary>
    public required JsonElement Params { get; init; }

    /// <summary>The fields of <c>reference</c> that it reads.</summary>
    /// <example>["answer"]</example>
    public required IReadOnlyList<string> ReferenceFields { get; init; }

    /// <summary>BCP-47 tags of the languages that it knows; null where languages do not matter to it.</summary>
    /// <example>null</example>
    public IReadOnlyList<string>? Languages { get; init; }

    internal static RewardDescription Of(RewardDefinition definition) => new()
    {
        Name = definition.Name,
        Version = definition.Version,
        Summary = definition.Summary,
        Formula = definition.Formula,
        Source = definition.Source,
        Range = [Bound(definition.Range.Min), Bound(definition.Range.Max)],
        Group = definition.IsGroupReward,
        Params = JsonSerializer.SerializeToElement(definition.ParamsSchema),
        ReferenceFields = definition.ReferenceFields,
        Languages = definition.Languages,
    };

    /// <summary>JSON has no infinity.</summary>
    private static double? Bound(double value) => double.IsFinite(value) ? value : null;
}
