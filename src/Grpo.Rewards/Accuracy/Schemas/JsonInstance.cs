using System.Text.Json;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>A value of the answer that is checked, with its place. Of fields of one name the last counts.</summary>
internal sealed class JsonInstance
{
    private readonly JsonInstance? _parent;
    private readonly string? _name;
    private readonly int _index;
    private readonly Dictionary<string, int>? _fields;
    private string? _canonical;

    private JsonInstance(string name, JsonInstance field) => (Value, _parent, _name, Id) = (JsonSerializer.SerializeToElement(name), field._parent, name, -field.Id);

    private JsonInstance(JsonElement value, JsonInstance? parent, string? name, int index, ref int count)
    {
        if (++count > SchemaBudget.Values)
            throw new MathBudgetException($"the answer has more than {SchemaBudget.Values} values");
        (Value, _parent, _name, _index, Id) = (value, parent, name, index, count);
        if (value.ValueKind == JsonValueKind.Object)
            (_fields, Names, Children) = Fields(value, ref count);
        else if (value.ValueKind == JsonValueKind.Array)
            Children = Items(value, ref count);
        else if (value.ValueKind == JsonValueKind.Number)
            Number = JsonNumber.Parse(value.GetRawText());
    }

    /// <summary>Tells it from the other values of the answer.</summary>
    public int Id { get; }

    /// <summary>The value.</summary>
    public JsonElement Value { get; }

    /// <summary>What it is.</summary>
    public JsonValueKind Kind => Value.ValueKind;

    /// <summary>The values of an object's fields, or the items of an array.</summary>
    public JsonInstance[] Children { get; } = [];

    /// <summary>The names of an object's fields, in the order of <see cref="Children"/>.</summary>
    public string[] Names { get; } = [];

    /// <summary>The value of a number.</summary>
    public JsonNumber Number { get; }

    /// <summary>A text that is the same for equal values only.</summary>
    public string Canonical => _canonical ??= JsonCanonical.Of(Value);

    /// <summary>Where it stands: <c>$.items[2]</c>.</summary>
    public string Path => _parent is null ? "$" : _name is null ? JsonPaths.Item(_parent.Path, _index) : JsonPaths.Member(_parent.Path, _name);

    /// <summary>The whole answer.</summary>
    /// <exception cref="MathBudgetException">It has too many values, or too long a number.</exception>
    public static JsonInstance Of(JsonElement answer)
    {
        var count = 0;
        return new(answer, null, null, 0, ref count);
    }

    /// <summary>The place of a field among the children, -1 when there is none.</summary>
    public int Find(string name) => _fields is not null && _fields.TryGetValue(name, out var index) ? index : -1;

    /// <summary>The name of a field as a value of its own.</summary>
    public JsonInstance NameOf(int index) => new(Names[index], Children[index]);

    private (Dictionary<string, int> Fields, string[] Names, JsonInstance[] Children) Fields(JsonElement value, ref int count)
    {
        var fields = new Dictionary<string, int>();
        List<string> names = [];
        List<JsonInstance> children = [];
        foreach (var field in value.EnumerateObject())
        {
            var child = new JsonInstance(field.Value, this, field.Name, 0, ref count);
            if (fields.TryAdd(field.Name, children.Count))
            {
                names.Add(field.Name);
                children.Add(child);
            }
            else
            {
                children[fields[field.Name]] = child;
            }
        }
        return (fields, [.. names], [.. children]);
    }

    private JsonInstance[] Items(JsonElement value, ref int count)
    {
        var children = new JsonInstance[value.GetArrayLength()];
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            children[index] = new(item, this, null, index, ref count);
            index++;
        }
        return children;
    }
}
