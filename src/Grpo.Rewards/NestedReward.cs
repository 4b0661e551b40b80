using System.ComponentModel;
using System.Text.Json;

namespace Grpo.Rewards;

/// <summary>A reward inside the parameters of another one.</summary>
public sealed record NestedReward
{
    /// <summary>A reward of the catalogue that judges each completion by itself.</summary>
    [Description("A reward that judges each completion by itself.")]
    public required string Name { get; init; }

    /// <summary>Factor of its score, where scores are added; at least 0.</summary>
    [Description("Factor of its score, where scores are added.")]
    public double Weight { get; init; } = 1;

    /// <summary>Its parameters; absent: all defaults.</summary>
    [Description("Its parameters.")]
    public JsonElement? Params { get; init; }

    /// <summary>Binds it.</summary>
    /// <param name="path">Where it stands in the outer parameters, for messages.</param>
    /// <exception cref="RewardParamsException">An unknown name, a group reward, a bad weight, or parameters that the reward refuses.</exception>
    internal ISampleReward Bind(string path)
    {
        if (RewardCatalog.Find(Name) is not { } definition)
            throw new RewardParamsException($"{path}.name", $"unknown reward '{Name}'; known: {string.Join(", ", RewardCatalog.All.Where(known => !known.IsGroupReward).Select(known => known.Name))}.");
        if (definition.IsGroupReward)
            throw new RewardParamsException($"{path}.name", $"'{Name}' compares the completions of a group; a reward that judges each by itself is needed here.");
        if (!double.IsFinite(Weight) || Weight < 0)
            throw new RewardParamsException($"{path}.weight", "must be a finite number, at least 0.");
        try
        {
            return (ISampleReward)definition.Bind(Params);
        }
        catch (RewardParamsException problem)
        {
            throw new RewardParamsException(problem.Path.Length == 0 ? $"{path}.params" : $"{path}.params.{problem.Path}", problem.Message);
        }
    }
}
