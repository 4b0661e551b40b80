using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grpo.Rewards;

/// <summary>The smallest and largest score a reward gives; infinite where there is no bound.</summary>
public readonly record struct ScoreRange(double Min, double Max);

/// <summary>What the catalogue says about a reward, and how to bind it.</summary>
public abstract class RewardDefinition
{
    /// <summary>The reward's name, as requests write it.</summary>
    public required string Name { get; init; }

    /// <summary>Changes whenever any score could change, so that a trainer can pin behaviour.</summary>
    public required string Version { get; init; }

    /// <summary>What is rewarded, in a sentence or two.</summary>
    public required string Summary { get; init; }

    /// <summary>The score as a formula, with the names of the parameters; 1[…] is 1 where … holds, else 0.</summary>
    public string Formula { get; init; } = "";

    /// <summary>Where it is defined: a paper, or the implementation whose scores it gives.</summary>
    public string Source { get; init; } = "";

    /// <summary>The scores it gives with its default parameters; [0, 1] unless said otherwise.</summary>
    public ScoreRange Range { get; init; } = new(0, 1);

    /// <summary>The fields of <see cref="RewardSample.Reference"/> that it reads.</summary>
    public IReadOnlyList<string> ReferenceFields { get; init; } = [];

    /// <summary>BCP-47 tags of the languages it knows; null where languages do not matter to it.</summary>
    public IReadOnlyList<string>? Languages { get; init; }

    /// <summary>Whether it compares the completions of a group (<see cref="IGroupReward"/>).</summary>
    public abstract bool IsGroupReward { get; }

    /// <summary>JSON schema of its parameters. Shared: do not change it.</summary>
    public abstract JsonNode ParamsSchema { get; }

    /// <summary>Binds parameters.</summary>
    /// <param name="parameters">A JSON object; null means all defaults.</param>
    /// <exception cref="RewardParamsException">An unknown parameter, a wrong type, or a value out of range.</exception>
    public abstract IReward Bind(JsonElement? parameters);
}

/// <summary>A definition whose parameters are the record <typeparamref name="TParams"/>: its properties, [Description]s and [Range]s are the schema.</summary>
/// <typeparam name="TParams">Defaults are the values of <c>new TParams()</c>.</typeparam>
/// <typeparam name="TReward">The bound reward, which tells whether it needs groups.</typeparam>
public sealed class RewardDefinition<TParams, TReward> : RewardDefinition
    where TParams : class, new()
    where TReward : IReward
{
    private readonly Lazy<JsonNode> _schema = new(RewardParams.Schema<TParams>);

    /// <summary>Makes the reward from its parameters.</summary>
    public required Func<TParams, TReward> Create { get; init; }

    /// <inheritdoc/>
    public override bool IsGroupReward => typeof(IGroupReward).IsAssignableFrom(typeof(TReward));

    /// <inheritdoc/>
    public override JsonNode ParamsSchema => _schema.Value;

    /// <inheritdoc/>
    public override IReward Bind(JsonElement? parameters) => Create(RewardParams.Parse<TParams>(parameters));
}

/// <summary>The parameters of a reward in a request are wrong.</summary>
/// <param name="path">Where, relative to the parameters object; empty for the object itself.</param>
/// <param name="message">What is wrong, and what is accepted.</param>
public sealed class RewardParamsException(string path, string message) : Exception(message)
{
    /// <summary>JSON path relative to the parameters object, such as <c>mode</c> or <c>tags[1]</c>; empty for the object itself.</summary>
    public string Path { get; } = path;
}
