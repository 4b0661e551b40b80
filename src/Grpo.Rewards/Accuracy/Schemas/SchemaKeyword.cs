using System.Text.Json;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>A keyword of a schema being read, with what it may need to know; everything it takes is checked.</summary>
/// <param name="Reader">Who reads.</param>
/// <param name="Node">The schema that it stands in.</param>
/// <param name="Schema">The same, as written.</param>
/// <param name="Value">The keyword's value.</param>
/// <param name="Path">Where it stands.</param>
/// <param name="Name">Its name.</param>
internal sealed record SchemaKeyword(SchemaReader Reader, SchemaNode Node, JsonElement Schema, JsonElement Value, string Path, string Name)
{
    /// <summary>A neighbour, null when there is none.</summary>
    public SchemaKeyword? Sibling(string name) =>
        Schema.TryGetProperty(name, out var value) ? new(Reader, Node, Schema, value, JsonPaths.Member(Node.Path, name), name) : null;

    /// <summary>The value as a schema.</summary>
    public SchemaNode One() => Inner(Value, Path);

    /// <summary>A schema inside the value.</summary>
    public SchemaNode Inner(JsonElement schema, string path)
    {
        Node.HasInner = true;
        return Reader.Node(schema, path, Node.Resource);
    }

    /// <summary>The value as a list of schemas.</summary>
    public SchemaNode[] List()
    {
        if (Value.ValueKind != JsonValueKind.Array || Value.GetArrayLength() == 0)
            throw Bad("must be a list of schemas, at least one");
        return [.. Value.EnumerateArray().Select((schema, i) => Inner(schema, JsonPaths.Item(Path, i)))];
    }

    /// <summary>The value as schemas with names.</summary>
    public (string Name, SchemaNode Schema)[] Map() =>
        [.. Members().Select(member => (member.Name, Inner(member.Value, JsonPaths.Member(Path, member.Name))))];

    /// <summary>The value as an object.</summary>
    public IEnumerable<JsonProperty> Members() => Value.ValueKind == JsonValueKind.Object ? Value.EnumerateObject() : throw Bad("must be an object");

    /// <summary>Notes that schemas apply to the same value as this one.</summary>
    public SchemaNode[] SameValue(params SchemaNode[] schemas)
    {
        Node.HasInner = true;
        Node.SameValue.AddRange(schemas);
        return schemas;
    }

    /// <summary>The value as a number.</summary>
    public JsonNumber Number() => Value.ValueKind == JsonValueKind.Number ? Parsed() : throw Bad("must be a number");

    /// <summary>The value as a count.</summary>
    public int Count() => Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var count) && count >= 0 && double.IsInteger(count)
        ? (int)double.Min(count, int.MaxValue)
        : throw Bad("must be a whole number, at least 0");

    /// <summary>The value as a text.</summary>
    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Bad("must be a string");

    /// <summary>The value as true or false.</summary>
    public bool Flag() => Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Bad("must be true or false");

    /// <summary>A list of names.</summary>
    public string[] Names(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
        ? [.. value.EnumerateArray().Select(name => name.GetString()!)]
        : throw Bad("must be a list of strings");

    /// <summary>The value does not do.</summary>
    public SchemaException Bad(string message) => new(Path, $"{message}.");

    private JsonNumber Parsed()
    {
        try
        {
            return JsonNumber.Parse(Value.GetRawText());
        }
        catch (MathBudgetException limit)
        {
            throw Bad(limit.Message);
        }
    }
}
