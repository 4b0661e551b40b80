using System.Text.Json;
using static Grpo.Rewards.Accuracy.Schemas.SchemaKeywords;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Keywords about a value itself: its type, its size, what it equals.</summary>
internal static class SchemaAssertions
{
    public static IEnumerable<Row> All { get; } =
    [
        new("type", Type),
        new("enum", Enum),
        new("const", Const),
        Numbers("minimum", (value, limit) => value.Compare(limit) >= 0, "less than"),
        Numbers("exclusiveMinimum", (value, limit) => value.Compare(limit) > 0, "not more than"),
        Numbers("maximum", (value, limit) => value.Compare(limit) <= 0, "more than"),
        Numbers("exclusiveMaximum", (value, limit) => value.Compare(limit) < 0, "not less than"),
        new("multipleOf", MultipleOf),
        Sizes("minLength", JsonValueKind.String, Least),
        Sizes("maxLength", JsonValueKind.String, Most),
        Sizes("minItems", JsonValueKind.Array, Least),
        Sizes("maxItems", JsonValueKind.Array, Most),
        Sizes("minProperties", JsonValueKind.Object, Least),
        Sizes("maxProperties", JsonValueKind.Object, Most),
        new("pattern", Pattern),
        new("required", Required),
        new("dependentRequired", DependentRequired, SchemaDraft.Draft201909),
        new("uniqueItems", UniqueItems),
    ];

    /// <summary>The names that must be there when another is.</summary>
    public static SchemaRule Dependent(string name, string[] required, string keyword) => (value, run, _) =>
    {
        if (value.Find(name) < 0)
            return null;
        run.Charge(required.Length);
        return Array.Find(required, needed => value.Find(needed) < 0) is { } missing ? new(value, keyword, $"'{missing}' is missing beside '{name}'") : null;
    };

    private static bool Least(int size, int limit) => size >= limit;

    private static bool Most(int size, int limit) => size <= limit;

    private static Row Numbers(string name, Func<JsonNumber, JsonNumber, bool> holds, string broken) => new(name, keyword =>
    {
        var limit = keyword.Number();
        var message = $"is {broken} {AnswerDetails.Short(keyword.Value.GetRawText())}";
        return (value, _, _) => value.Kind != JsonValueKind.Number || holds(value.Number, limit) ? null : new(value, name, message);
    });

    private static Row Sizes(string name, JsonValueKind kind, Func<int, int, bool> holds) => new(name, keyword =>
    {
        var limit = keyword.Count();
        return (value, _, _) => value.Kind != kind || holds(kind == JsonValueKind.String ? PythonText.Length(value.Value.GetString()) : value.Children.Length, limit) ? null : new(value, name, $"breaks {name} {limit}");
    });

    private static SchemaRule Type(SchemaKeyword keyword)
    {
        string[] types = keyword.Value.ValueKind == JsonValueKind.String ? [keyword.Text()] : keyword.Names(keyword.Value);
        if (types.Length == 0 || types.Except(["null", "boolean", "object", "array", "number", "string", "integer"]).Any())
            throw keyword.Bad("must be null, boolean, object, array, number, string or integer, or a list of these");
        var message = $"is not of type {string.Join(" or ", types)}";
        return (value, _, _) => Array.Exists(types, type => Is(value, type)) ? null : new(value, "type", message);
    }

    private static bool Is(JsonInstance value, string type) => value.Kind switch
    {
        JsonValueKind.Null => type == "null",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        _ => type == "number" || (type == "integer" && value.Number.IsInteger),
    };

    private static SchemaRule Enum(SchemaKeyword keyword)
    {
        if (keyword.Value.ValueKind != JsonValueKind.Array)
            throw keyword.Bad("must be a list");
        var allowed = keyword.Value.EnumerateArray().Select(JsonCanonical.Of).ToHashSet();
        return (value, run, _) => allowed.Contains(run.Canonical(value)) ? null : new(value, "enum", "is none of the values of enum");
    }

    private static SchemaRule Const(SchemaKeyword keyword)
    {
        var wanted = JsonCanonical.Of(keyword.Value);
        var message = $"is not {AnswerDetails.Short(keyword.Value.GetRawText())}";
        return (value, run, _) => run.Canonical(value) == wanted ? null : new(value, "const", message);
    }

    private static SchemaRule MultipleOf(SchemaKeyword keyword)
    {
        var step = keyword.Number();
        if (step.Digits.Sign <= 0)
            throw keyword.Bad("must be more than 0");
        var message = $"is no multiple of {AnswerDetails.Short(keyword.Value.GetRawText())}";
        return (value, _, _) => value.Kind != JsonValueKind.Number || value.Number.IsMultipleOf(step) ? null : new(value, "multipleOf", message);
    }

    private static SchemaRule Pattern(SchemaKeyword keyword)
    {
        var pattern = keyword.Reader.Pattern(keyword.Text(), keyword.Path);
        var message = $"does not match {AnswerDetails.Short(keyword.Text())}";
        return (value, run, _) => value.Kind != JsonValueKind.String || pattern.IsMatch(value.Value.GetString()!, run) ? null : new(value, "pattern", message);
    }

    private static SchemaRule Required(SchemaKeyword keyword)
    {
        var names = keyword.Names(keyword.Value);
        return (value, run, _) =>
        {
            if (value.Kind != JsonValueKind.Object)
                return null;
            run.Charge(names.Length);
            return Array.Find(names, name => value.Find(name) < 0) is { } missing ? new(value, "required", $"'{AnswerDetails.Short(missing)}' is missing") : null;
        };
    }

    private static SchemaRule DependentRequired(SchemaKeyword keyword)
    {
        SchemaRule[] rules = [.. keyword.Members().Select(member => Dependent(member.Name, keyword.Names(member.Value), "dependentRequired"))];
        return (value, run, seen) => value.Kind == JsonValueKind.Object ? SchemaApplicators.First(rules, value, run, seen) : null;
    }

    private static SchemaRule? UniqueItems(SchemaKeyword keyword)
    {
        if (!keyword.Flag())
            return null;
        return (value, run, _) =>
        {
            if (value.Kind != JsonValueKind.Array)
                return null;
            var known = new HashSet<string>();
            return Array.Find(value.Children, item => !known.Add(run.Canonical(item))) is { } again ? new(again, "uniqueItems", "is there twice") : null;
        };
    }
}
