using System.Globalization;
using System.Text.Json;
using Grpo.Rewards;
using GrpoApi.Http;

namespace GrpoApi.Features.Compat;

/// <summary>Which rewards a reward server runs: those of the query, else those that are configured (<c>Compat:Rewards</c>).</summary>
/// <remarks>The clients of these routes can send a completion and a label, and nothing about rewards; so the choice comes with the address.</remarks>
public sealed class CompatRewards
{
    /// <summary>The key of the configured list.</summary>
    public const string ConfigurationKey = "Compat:Rewards";

    /// <summary>What the query parameter means.</summary>
    internal const string QueryDescription = "Which rewards to run, such as accuracy,format:0.5; default: those of Compat:Rewards.";

    /// <summary>What is run when nothing is configured.</summary>
    public const string Default = "accuracy";

    private readonly RewardSet _configured;

    /// <summary>Reads the configured list.</summary>
    /// <exception cref="InvalidOperationException">It names a reward that is not known, or a weight that is none.</exception>
    public CompatRewards(IConfiguration configuration)
    {
        var specs = configuration.ReadList(ConfigurationKey) is { Count: > 0 } list ? list : [Default];
        try
        {
            _configured = Parse(specs);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new InvalidOperationException($"{ConfigurationKey}: {exception.Message}", exception);
        }
    }

    /// <summary>The rewards of one call.</summary>
    /// <param name="query">Names with optional weights, such as <c>accuracy,format:0.5</c>; null or empty for the configured ones.</param>
    /// <exception cref="FluentValidation.ValidationException">It names a reward that is not known, or a weight that is none.</exception>
    public RewardSet Choose(string? query)
    {
        if (string.IsNullOrWhiteSpace(query)) return _configured;
        try
        {
            return Parse(query.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw RequestValidation.Invalid("rewards", exception.Message);
        }
    }

    /// <summary>What the rewards are told of a label: an object (or a text that holds one) as it is, anything else as its <c>answer</c>.</summary>
    internal static JsonElement? Reference(JsonElement? label) => label switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Object } reference => reference,
        { ValueKind: JsonValueKind.String } text when ParseObject(text.GetString()!) is { } reference => reference,
        { } answer => JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["answer"] = answer }),
    };

    private static JsonElement? ParseObject(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{")) return null;
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text) is { ValueKind: JsonValueKind.Object } reference ? reference : null;
        }
        catch (JsonException)
        {
            return null; // LaTeX may begin with a brace too
        }
    }

    private static RewardSet Parse(IEnumerable<string> specs) => new([.. specs.Select(spec =>
    {
        var (name, weight) = spec.Split(':', 2) is [var before, var after] ? (before, double.Parse(after, NumberStyles.Float, CultureInfo.InvariantCulture)) : (spec, 1.0);
        return WeightedReward.Bind(name.Trim(), weight);
    })]);
}
