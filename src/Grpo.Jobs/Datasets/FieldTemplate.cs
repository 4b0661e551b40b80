using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Grpo.Jobs.Datasets;

/// <summary>A row lacks what a template needs, or a line cannot be read.</summary>
/// <param name="path">Where the caller wrote the template, or the dataset.</param>
/// <param name="message">What is wrong.</param>
public sealed class DatasetException(string path, string message) : Exception(message)
{
    /// <summary>The caller's JSON path.</summary>
    public string Path { get; } = path;
}

/// <summary>Puts the fields of a row into templates: <c>{field}</c> is the field, <c>{{field}}</c> the word in braces; other braces, as in LaTeX, mean themselves.</summary>
public static partial class FieldTemplate
{
    /// <summary>The text with its fields filled in. Numbers, booleans and objects are written as JSON; null as nothing.</summary>
    /// <exception cref="DatasetException">The row has no such field.</exception>
    public static string Fill(string template, JsonElement row, string path) =>
        template.Contains('{', StringComparison.Ordinal) ? Placeholder().Replace(template, match => match.Groups["literal"] is { Success: true } literal ? $"{{{literal.Value}}}" : Text(Field(row, match.Groups["name"].Value, path))) : template;

    /// <summary>A JSON value whose strings are templates. A string that is one field and nothing else becomes the field's own value.</summary>
    /// <exception cref="DatasetException">The row has no such field.</exception>
    public static JsonNode? Fill(JsonNode? template, JsonElement row, string path) => template switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => Placeholder().Match(text) is { Success: true } whole && whole.Length == text.Length && whole.Groups["name"].Success
            ? JsonNode.Parse(Field(row, whole.Groups["name"].Value, path).GetRawText())
            : JsonValue.Create(Fill(text, row, path)),
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Fill(field.Value, row, $"{path}.{field.Key}")))),
        JsonArray items => new JsonArray([.. items.Select((item, index) => Fill(item, row, $"{path}[{index}]"))]),
        _ => template?.DeepClone(),
    };

    private static JsonElement Field(JsonElement row, string name, string path) => row.TryGetProperty(name, out var value)
        ? value
        : throw new DatasetException(path, $"There is no field '{name}'; the row has {string.Join(", ", row.EnumerateObject().Select(field => field.Name))}.");

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    [GeneratedRegex(@"\{\{(?<literal>[\p{L}_][\p{L}\p{M}\p{N}_.\-]*)\}\}|\{(?<name>[\p{L}_][\p{L}\p{M}\p{N}_.\-]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
