using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grpo.Rewards.Tests.Docs;

/// <summary>Writes docs/rewards.md from the catalogue; the scores in it are computed.</summary>
internal static class RewardsDocument
{
    private const string Head = """
        # Rewards

        Every reward of `POST /v1/rewards`, written from the catalogue that `GET /v1/rewards` lists; a test keeps this file equal to it.

        - A score of `null` means: not applicable, or could not be judged. It is left out of every sum and mean and is never 0. An accuracy reward gives 0, not `null`, when a completion has no answer.
        - The reward of a sample is the sum of weight times score. Weight 0 scores and reports only. `composite` multiplies by gates.
        - Work is bounded by counts, never by clocks: an answer beyond a bound has the score `null` and the reason `budget_exhausted`.
        - Ranges are those of the default parameters. In formulas 1[…] is 1 where … holds and 0 where it does not.

        """;

    public static string Render()
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var definition in RewardCatalog.All)
            Append(text, definition);
        return text.ToString();
    }

    private static void Append(StringBuilder text, RewardDefinition definition)
    {
        var fields = definition.ReferenceFields.Count == 0 ? "" : $" Reads `reference.{string.Join("`, `reference.", definition.ReferenceFields)}`.";
        text.Append(CultureInfo.InvariantCulture, $"\n## {definition.Name}\n\n{Plain(definition.Summary)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Formula: {Code(definition.Formula)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Version {definition.Version}. Range [{Bound(definition.Range.Min)}, {Bound(definition.Range.Max)}].{(definition.IsGroupReward ? " Compares the samples of a `group`." : "")}{fields} Source: {definition.Source}.\n\n");
        AppendParameters(text, definition.ParamsSchema["properties"]!.AsObject());
        AppendExample(text, definition);
    }

    private static void AppendParameters(StringBuilder text, JsonObject properties)
    {
        if (properties.Count == 0)
            return;
        text.Append("| parameter | default | meaning |\n|---|---|---|\n");
        foreach (var (name, property) in properties)
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | `{property!["default"]?.ToJsonString() ?? "null"}` | {Plain((string)property["description"]!)} |\n");
        text.Append('\n');
    }

    private static void AppendExample(StringBuilder text, RewardDefinition definition)
    {
        var (parameters, samples) = RewardExamples.All[definition.Name];
        var set = new RewardSet([WeightedReward.Bind(definition.Name, 1, Samples.Json(parameters))]);
        var scores = set.Score([.. samples.Select(sample => JsonSerializer.Deserialize<RewardSample>(sample, RewardExamples.Options)! with { Group = "g" })]);
        text.Append(parameters == "{}" ? "Example:\n\n" : $"Example, with `{parameters}`:\n\n");
        text.Append("| sample | score | reason |\n|---|---|---|\n");
        foreach (var (sample, scored) in samples.Zip(scores.Samples))
        {
            var score = scored.Scores[definition.Name];
            text.Append(CultureInfo.InvariantCulture, $"| `{sample.Replace("`", "\\u0060", StringComparison.Ordinal)}` | {(score.Score is { } value ? value.ToString("0.####", CultureInfo.InvariantCulture) : "null")} | {Plain(score.Reason)} |\n");
        }
    }

    /// <summary>A code span, fenced by more backticks than it holds in a row.</summary>
    private static string Code(string text) => text.Contains('`', StringComparison.Ordinal) ? $"```` {text} ````" : $"`{text}`";

    /// <summary>Text that Markdown shows as it is, in tables too: no HTML, no cell ends.</summary>
    private static string Plain(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    private static string Bound(double value) => double.IsFinite(value) ? value.ToString(CultureInfo.InvariantCulture) : double.IsNegative(value) ? "-∞" : "∞";
}
