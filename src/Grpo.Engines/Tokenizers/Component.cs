using System.Text.Json;
using Grpo.Engines.Tokenizers.Patterns;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers;

/// <summary>One object of tokenizer.json that has a type: a normalizer, a pre-tokenizer, a post-processor or a decoder.</summary>
/// <param name="kind">What it is, for messages.</param>
/// <param name="json">The object.</param>
internal sealed class Component(string kind, JsonElement json)
{
    public string Type { get; } = json.GetProperty("type").GetString()!;

    public string Text(string name) => json.GetProperty(name).GetString()!;

    public string Text(string name, string absent) => Find(name) is { } value ? value.GetString()! : absent;

    public bool Flag(string name, bool absent) => Find(name)?.GetBoolean() ?? absent;

    public int Number(string name) => json.GetProperty(name).GetInt32();

    /// <summary>A value that may be missing or null.</summary>
    public JsonElement? Find(string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A field that is exactly one character.</summary>
    public char Character(string name, char absent)
    {
        string text = Text(name, absent.ToString());
        return text.Length == 1 ? text[0] : throw new ModelLoadException($"tokenizer.json: {name} of {kind} {Type} is not one character.");
    }

    /// <summary>The members of a Sequence.</summary>
    public IEnumerable<Component> Members(string name) => json.GetProperty(name).EnumerateArray().Select(member => new Component(kind, member));

    /// <summary>{"String": "..."} or {"Regex": "..."}.</summary>
    public SplitPattern Pattern(string name)
    {
        JsonElement pattern = json.GetProperty(name);
        if (pattern.ValueKind == JsonValueKind.String) return SplitPattern.Literal(pattern.GetString()!);
        if (pattern.TryGetProperty("String", out JsonElement literal)) return SplitPattern.Literal(literal.GetString()!);
        return SplitPattern.Regex(pattern.GetProperty("Regex").GetString()!);
    }

    /// <summary>What to throw for a type or value that has no implementation here.</summary>
    public ModelLoadException Unsupported(string? detail = null) =>
        new($"tokenizer.json: {kind} {Type}{(detail is null ? "" : " with " + detail)} is not supported.");
}
