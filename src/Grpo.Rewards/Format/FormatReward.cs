using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grpo.Rewards.Format;

/// <summary>Whether a completion keeps the layout that the prompt asked for.</summary>
/// <remarks>The format reward of DeepSeek-R1 (arXiv:2501.12948 section 2.2), by one linear scan instead of a regular expression.</remarks>
public sealed class FormatReward(FormatParams parameters) : ISampleReward
{
    private readonly FormatLayout _layout = FormatLayout.Of(parameters);

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<FormatParams, FormatReward>
    {
        Name = "format",
        Version = "1",
        Summary = "Whether the completion keeps its layout: each tag once, sections in order and not nested, not empty, nothing outside. strict: 1 or 0; soft: the share of clauses that hold.",
        Formula = "strict: score = 1[every clause holds]; soft: score = clauses that hold / clauses",
        Source = "DeepSeek-R1, arXiv:2501.12948 section 2.2, format reward",
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var text = sample.Completion.AsSpan();
        if (parameters.StripSpecialTokens)
            text = SpecialTokens.TrimEnd(text);
        var prefilled = IsPrefilled(sample);
        var clauses = FormatClauses.Check(text, _layout, parameters, prefilled);
        var holding = clauses.Count(clause => clause.Holds);
        var details = new JsonObject { ["prefilled"] = prefilled };
        var list = new JsonObject();
        foreach (var clause in clauses)
            list[clause.Name] = clause.Holds;
        details["clauses"] = list;

        var score = parameters.Mode == FormatMode.Soft ? (double)holding / clauses.Count : holding == clauses.Count ? 1 : 0;
        var broken = string.Join("; ", clauses.Where(clause => !clause.Holds).Select(clause => clause.Name));
        return RewardScore.Of(score, broken.Length == 0 ? "the layout is kept" : $"broken: {broken}", details);
    }

    private bool IsPrefilled(RewardSample sample) => parameters.Prefilled switch
    {
        FormatPrefill.Think => true,
        FormatPrefill.Auto => EndsWithOpenTag(sample.Prompt) || EndsWithOpenTag(LastMessage(sample.Messages)),
        _ => false,
    };

    private bool EndsWithOpenTag(string? prompt)
    {
        var end = prompt.AsSpan().TrimEnd();
        var name = _layout.Sections[0];
        return end.Length >= name.Length + 2 && end[^1] == '>' && end[..^1].EndsWith(name) && end[^(name.Length + 2)] == '<';
    }

    private static string? LastMessage(JsonElement? messages) =>
        messages is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() is > 0 and var count && list[count - 1] is { ValueKind: JsonValueKind.Object } last
        && last.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
            ? content.GetString()
            : null;
}
