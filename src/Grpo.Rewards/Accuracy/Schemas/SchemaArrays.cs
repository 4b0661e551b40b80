using System.Text.Json;
using static Grpo.Rewards.Accuracy.Schemas.SchemaKeywords;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Keywords that apply schemas to the items of an array.</summary>
internal static class SchemaArrays
{
    public static IEnumerable<Row> All { get; } =
    [
        new("prefixItems", keyword => InOrder(keyword.List()), SchemaDraft.Draft202012),
        new("items", Items),
        new("additionalItems", AdditionalItems, SchemaDraft.Draft6, SchemaDraft.Draft201909),
        new("unevaluatedItems", UnevaluatedItems, SchemaDraft.Draft201909),
        new("contains", Contains),
        new("minContains", Bound, SchemaDraft.Draft201909),
        new("maxContains", Bound, SchemaDraft.Draft201909),
    ];

    /// <summary>Up to 2019-09 <c>items</c> may be a list, one schema for each item.</summary>
    private static SchemaRule Items(SchemaKeyword keyword)
    {
        if (keyword.Reader.Draft == SchemaDraft.Draft202012)
            return From(keyword.Sibling("prefixItems") is { Value.ValueKind: JsonValueKind.Array } prefix ? prefix.Value.GetArrayLength() : 0, keyword.One(), keyword.Name);
        return keyword.Value.ValueKind == JsonValueKind.Array
            ? InOrder([.. keyword.Value.EnumerateArray().Select((schema, i) => keyword.Inner(schema, JsonPaths.Item(keyword.Path, i)))])
            : From(0, keyword.One(), keyword.Name);
    }

    private static SchemaRule? AdditionalItems(SchemaKeyword keyword)
    {
        var schema = keyword.One();
        return keyword.Sibling("items") is { Value.ValueKind: JsonValueKind.Array } items ? From(items.Value.GetArrayLength(), schema, keyword.Name) : null;
    }

    private static SchemaRule InOrder(SchemaNode[] schemas) => (value, run, seen) =>
    {
        if (value.Kind != JsonValueKind.Array)
            return null;
        for (var index = 0; index < schemas.Length && index < value.Children.Length; index++)
        {
            seen?.Set(index, true);
            if (run.Check(schemas[index], value.Children[index]) is { } violation)
                return violation;
        }
        return null;
    };

    private static SchemaRule From(int first, SchemaNode schema, string keyword) => (value, run, seen) =>
    {
        if (value.Kind != JsonValueKind.Array)
            return null;
        for (var index = first; index < value.Children.Length; index++)
        {
            seen?.Set(index, true);
            if (run.Check(schema, value.Children[index]) is { } violation)
                return violation.Keyword == "false" ? TooMany(value, keyword, first) : violation;
        }
        return null;
    };

    private static SchemaRule UnevaluatedItems(SchemaKeyword keyword)
    {
        var schema = keyword.One();
        keyword.Reader.TracksSeen = true;
        return (value, run, seen) =>
        {
            if (value.Kind != JsonValueKind.Array)
                return null;
            run.Charge(value.Children.Length);
            for (var index = 0; index < value.Children.Length; index++)
            {
                if (seen![index])
                    continue;
                seen.Set(index, true);
                if (run.Check(schema, value.Children[index]) is { } violation)
                    return violation.Keyword == "false" ? TooMany(value, keyword.Name, index) : violation;
            }
            return null;
        };
    }

    private static Violation TooMany(JsonInstance value, string keyword, int allowed) => new(value, keyword, $"item {allowed} is not allowed");

    private static SchemaRule Contains(SchemaKeyword keyword)
    {
        var schema = keyword.One();
        var modern = keyword.Reader.Draft >= SchemaDraft.Draft201909;
        var (least, most) = (modern ? keyword.Sibling("minContains")?.Count() ?? 1 : 1, modern ? keyword.Sibling("maxContains")?.Count() ?? int.MaxValue : int.MaxValue);
        var marks = keyword.Reader.Draft == SchemaDraft.Draft202012;
        return (value, run, seen) =>
        {
            if (value.Kind != JsonValueKind.Array)
                return null;
            var count = 0;
            for (var index = 0; index < value.Children.Length; index++)
            {
                if (run.Check(schema, value.Children[index]) is not null)
                    continue;
                count++;
                if (marks)
                    seen?.Set(index, true);
            }
            return count >= least && count <= most ? null : new(value, "contains", $"{count} items fit contains");
        };
    }

    private static SchemaRule? Bound(SchemaKeyword keyword)
    {
        keyword.Count(); // read by contains; without it there is nothing to bound
        return null;
    }
}
