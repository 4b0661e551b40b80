using System.Text.Json;
using static Grpo.Rewards.Accuracy.Schemas.SchemaKeywords;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Keywords that apply schemas to the fields of an object.</summary>
internal static class SchemaObjects
{
    public static IEnumerable<Row> All { get; } =
    [
        new("properties", Properties),
        new("patternProperties", PatternProperties),
        new("additionalProperties", AdditionalProperties),
        new("unevaluatedProperties", UnevaluatedProperties, SchemaDraft.Draft201909),
        new("propertyNames", PropertyNames),
    ];

    private static SchemaRule Properties(SchemaKeyword keyword)
    {
        var properties = keyword.Map();
        return (value, run, seen) =>
        {
            if (value.Kind != JsonValueKind.Object)
                return null;
            run.Charge(properties.Length);
            foreach (var (name, schema) in properties)
            {
                if (value.Find(name) is not (>= 0 and var index))
                    continue;
                seen?.Set(index, true);
                if (run.Check(schema, value.Children[index]) is { } violation)
                    return violation;
            }
            return null;
        };
    }

    private static SchemaRule PatternProperties(SchemaKeyword keyword)
    {
        (SchemaPattern Pattern, SchemaNode Schema)[] patterns = [.. keyword.Map().Select(pair => (keyword.Reader.Pattern(pair.Name, JsonPaths.Member(keyword.Path, pair.Name)), pair.Schema))];
        return (value, run, seen) =>
        {
            for (var index = 0; index < value.Names.Length; index++)
            {
                foreach (var (pattern, schema) in patterns)
                {
                    if (!pattern.IsMatch(value.Names[index], run))
                        continue;
                    seen?.Set(index, true);
                    if (run.Check(schema, value.Children[index]) is { } violation)
                        return violation;
                }
            }
            return null;
        };
    }

    private static SchemaRule AdditionalProperties(SchemaKeyword keyword)
    {
        var schema = keyword.One();
        var names = keyword.Sibling("properties")?.Members().Select(member => member.Name).ToHashSet() ?? [];
        SchemaPattern[] patterns = [.. keyword.Sibling("patternProperties") is { } sibling ? sibling.Members().Select(member => keyword.Reader.Pattern(member.Name, JsonPaths.Member(sibling.Path, member.Name))) : []];
        return (value, run, seen) =>
        {
            run.Charge(value.Names.Length);
            for (var index = 0; index < value.Names.Length; index++)
            {
                var name = value.Names[index];
                if (names.Contains(name) || Array.Exists(patterns, pattern => pattern.IsMatch(name, run)))
                    continue;
                seen?.Set(index, true);
                if (run.Check(schema, value.Children[index]) is { } violation)
                    return violation.Keyword == "false" ? new(value, keyword.Name, $"'{AnswerDetails.Short(name)}' is not allowed") : violation;
            }
            return null;
        };
    }

    private static SchemaRule UnevaluatedProperties(SchemaKeyword keyword)
    {
        var schema = keyword.One();
        keyword.Reader.TracksSeen = true;
        return (value, run, seen) =>
        {
            run.Charge(value.Names.Length);
            for (var index = 0; index < value.Names.Length; index++)
            {
                if (seen![index])
                    continue;
                seen.Set(index, true);
                if (run.Check(schema, value.Children[index]) is { } violation)
                    return violation.Keyword == "false" ? new(value, keyword.Name, $"'{AnswerDetails.Short(value.Names[index])}' is not allowed") : violation;
            }
            return null;
        };
    }

    private static SchemaRule PropertyNames(SchemaKeyword keyword)
    {
        var schema = keyword.One();
        return (value, run, _) =>
        {
            for (var index = 0; index < value.Names.Length; index++)
            {
                if (run.Check(schema, value.NameOf(index)) is { } violation)
                    return new(value, keyword.Name, $"the name '{AnswerDetails.Short(value.Names[index])}' {violation.Message}");
            }
            return null;
        };
    }
}
