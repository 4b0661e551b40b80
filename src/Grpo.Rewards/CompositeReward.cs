using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Grpo.Rewards;

/// <summary>What a part without a score does to a <see cref="CompositeReward"/>.</summary>
public enum NullPolicy
{
    /// <summary>It is left out of the sum; a gate without a score, or no part with one, leaves no score.</summary>
    Skip,

    /// <summary>It counts as 0.</summary>
    Zero,
}

/// <summary>Parameters of <see cref="CompositeReward"/>.</summary>
public sealed record CompositeParams : IValidatableObject
{
    /// <summary>Most rewards of one list.</summary>
    public const int MaxRewards = 16;

    /// <summary>The parts of the sum.</summary>
    [Description("The rewards that are added, each with name, weight and params: [{\"name\": \"accuracy\", \"weight\": 1}, {\"name\": \"soft_overlong\", \"weight\": 0.5}].")]
    public IReadOnlyList<NestedReward> Rewards { get; init; } = [new() { Name = "accuracy" }];

    /// <summary>The gates.</summary>
    [Description("Rewards that the sum is multiplied by, such as a format that must be kept for anything to be paid.")]
    public IReadOnlyList<NestedReward> MultiplyBy { get; init; } = [];

    /// <summary>What parts without a score do.</summary>
    [Description("A part without a score: skip leaves it out of the sum (no score when every part or any gate has none); zero counts it as 0.")]
    public NullPolicy NullPolicy { get; init; } = NullPolicy.Skip;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Rewards.Count is 0 or > MaxRewards || Rewards.Any(reward => reward is null))
            yield return new($"must be 1 to {MaxRewards} rewards.", [nameof(Rewards)]);
        if (MultiplyBy.Count > MaxRewards || MultiplyBy.Any(reward => reward is null))
            yield return new($"must be at most {MaxRewards} rewards.", [nameof(MultiplyBy)]);
    }
}

/// <summary>A weighted sum of rewards, multiplied by gates, as one score.</summary>
/// <remarks>
/// The plain sum of a request's rewards needs no composite; it is for gates (a sum that is paid only when the format is kept) and for sums inside
/// another reward. The same reward may appear several times with different parameters.
/// </remarks>
public sealed class CompositeReward(CompositeParams parameters) : ISampleReward
{
    private readonly ISampleReward[] _parts = [.. parameters.Rewards.Select((reward, i) => reward.Bind($"rewards[{i}]"))];
    private readonly ISampleReward[] _gates = [.. parameters.MultiplyBy.Select((reward, i) => reward.Bind($"multiply_by[{i}]"))];

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<CompositeParams, CompositeReward>
    {
        Name = "composite",
        Version = "1",
        Summary = "Several rewards as one score: the sum of weight times score, multiplied by gates. It reads the reference fields of its parts.",
        Formula = "score = sum over rewards of weight * score, times the product over multiply_by of score",
        Source = "DeepSeek-R1, arXiv:2501.12948 equation 4, with gates",
        Range = new(double.NegativeInfinity, double.PositiveInfinity),
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        double? sum = null;
        var parts = new JsonArray();
        for (var i = 0; i < _parts.Length; i++)
        {
            if (Part(parameters.Rewards[i].Name, _parts[i], sample, parts) is { } score)
                sum = (sum ?? 0) + (parameters.Rewards[i].Weight * score);
        }
        double? product = 1;
        var gates = new JsonArray();
        for (var i = 0; i < _gates.Length; i++)
            product *= Part(parameters.MultiplyBy[i].Name, _gates[i], sample, gates);
        var details = new JsonObject { ["rewards"] = parts, ["multiply_by"] = gates };
        if (product is null)
            return RewardScore.None("a gate has no score", details);
        return sum is { } total ? RewardScore.Of(total * product.Value, $"{total} times {product}", details) : RewardScore.None("no part has a score", details);
    }

    /// <summary>The score of one part under the null policy; what it said is added to the list.</summary>
    private double? Part(string name, ISampleReward reward, RewardSample sample, JsonArray said)
    {
        var score = reward.Score(sample);
        said.Add(new JsonObject { ["name"] = name, ["score"] = score.Score, ["reason"] = score.Reason });
        return score.Score ?? (parameters.NullPolicy == NullPolicy.Zero ? 0 : null);
    }
}
