using System.Collections;
using System.Text.Json;
using static Grpo.Rewards.Accuracy.Schemas.SchemaKeywords;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Keywords that apply other schemas to the same value: references, combinations, conditions.</summary>
internal static class SchemaApplicators
{
    public static IEnumerable<Row> All { get; } =
    [
        new("$ref", Reference),
        new("$dynamicRef", DynamicReference, SchemaDraft.Draft202012),
        new("$recursiveRef", RecursiveReference, SchemaDraft.Draft201909, SchemaDraft.Draft201909),
        new("$defs", Definitions),
        new("definitions", Definitions),
        new("allOf", AllOf),
        new("anyOf", AnyOf),
        new("oneOf", OneOf),
        new("not", Not),
        new("if", If, SchemaDraft.Draft7),
        new("then", Branch, SchemaDraft.Draft7),
        new("else", Branch, SchemaDraft.Draft7),
        new("dependentSchemas", DependentSchemas, SchemaDraft.Draft201909),
        new("dependencies", Dependencies, SchemaDraft.Draft6, SchemaDraft.Draft7),
    ];

    /// <summary>What the first broken rule says.</summary>
    public static Violation? First(SchemaRule[] rules, JsonInstance value, SchemaRun run, BitArray? seen)
    {
        run.Charge(rules.Length);
        foreach (var rule in rules)
        {
            if (rule(value, run, seen) is { } violation)
                return violation;
        }
        return null;
    }

    private static SchemaRule Reference(SchemaKeyword keyword)
    {
        var target = keyword.SameValue(keyword.Reader.Referenced(keyword.Text(), keyword.Node.Resource, keyword.Path))[0];
        return (value, run, seen) => run.Check(target, value, seen);
    }

    /// <summary>A reference whose target, when it is a dynamic anchor, the outermost resource with that anchor takes over.</summary>
    private static SchemaRule DynamicReference(SchemaKeyword keyword)
    {
        var (reference, target) = (keyword.Text(), keyword.Reader.Referenced(keyword.Text(), keyword.Node.Resource, keyword.Path));
        return Dynamic(keyword, target, reference[(reference.IndexOf('#', StringComparison.Ordinal) + 1)..]);
    }

    private static SchemaRule RecursiveReference(SchemaKeyword keyword) => keyword.Text() == "#"
        ? Dynamic(keyword, keyword.Reader.Referenced("#", keyword.Node.Resource, keyword.Path), "")
        : throw keyword.Bad("must be \"#\"");

    private static SchemaRule Dynamic(SchemaKeyword keyword, SchemaNode target, string anchor)
    {
        keyword.SameValue(target);
        if (!ReferenceEquals(target.Resource.DynamicAnchors.GetValueOrDefault(anchor), target))
            return (value, run, seen) => run.Check(target, value, seen);
        keyword.SameValue([.. keyword.Reader.DynamicTargets(anchor)]);
        return (value, run, seen) => run.Check(run.Dynamic(anchor, target), value, seen);
    }

    private static SchemaRule? Definitions(SchemaKeyword keyword)
    {
        keyword.Map();
        return null;
    }

    private static SchemaRule AllOf(SchemaKeyword keyword)
    {
        var schemas = keyword.SameValue(keyword.List());
        return (value, run, seen) =>
        {
            foreach (var schema in schemas)
            {
                if (run.Check(schema, value, seen) is { } violation)
                    return violation;
            }
            return null;
        };
    }

    private static SchemaRule AnyOf(SchemaKeyword keyword)
    {
        var schemas = keyword.SameValue(keyword.List());
        return (value, run, seen) =>
        {
            var fits = false;
            // When it matters what was looked at, every branch that fits has a say.
            for (var i = 0; i < schemas.Length && (seen is not null || !fits); i++)
                fits |= run.Check(schemas[i], value, seen) is null;
            return fits ? null : new(value, "anyOf", $"fits none of {schemas.Length} alternatives");
        };
    }

    private static SchemaRule OneOf(SchemaKeyword keyword)
    {
        var schemas = keyword.SameValue(keyword.List());
        return (value, run, seen) =>
        {
            var fits = 0;
            for (var i = 0; i < schemas.Length && fits < 2; i++)
                fits += run.Check(schemas[i], value, seen) is null ? 1 : 0;
            return fits == 1 ? null : new(value, "oneOf", fits == 0 ? $"fits none of {schemas.Length} alternatives" : "fits more than one alternative");
        };
    }

    private static SchemaRule Not(SchemaKeyword keyword)
    {
        var schema = keyword.SameValue(keyword.One())[0];
        return (value, run, _) => run.Check(schema, value) is null ? new(value, "not", "fits what it must not") : null;
    }

    private static SchemaRule If(SchemaKeyword keyword)
    {
        var condition = keyword.SameValue(keyword.One())[0];
        var (then, otherwise) = (keyword.Sibling("then")?.One(), keyword.Sibling("else")?.One());
        keyword.SameValue([.. new[] { then, otherwise }.OfType<SchemaNode>()]);
        return (value, run, seen) => (run.Check(condition, value, seen) is null ? then : otherwise) is { } schema ? run.Check(schema, value, seen) : null;
    }

    private static SchemaRule? Branch(SchemaKeyword keyword)
    {
        keyword.One(); // read by if; alone it is only a schema like any other
        return null;
    }

    private static SchemaRule DependentSchemas(SchemaKeyword keyword)
    {
        SchemaRule[] rules = [.. keyword.Map().Select(pair => Dependent(keyword, pair.Name, pair.Schema))];
        return (value, run, seen) => First(rules, value, run, seen);
    }

    private static SchemaRule Dependencies(SchemaKeyword keyword)
    {
        SchemaRule[] rules =
        [
            .. keyword.Members().Select(member => member.Value.ValueKind == JsonValueKind.Array
                ? SchemaAssertions.Dependent(member.Name, keyword.Names(member.Value), "dependencies")
                : Dependent(keyword, member.Name, keyword.Inner(member.Value, JsonPaths.Member(keyword.Path, member.Name)))),
        ];
        return (value, run, seen) => First(rules, value, run, seen);
    }

    private static SchemaRule Dependent(SchemaKeyword keyword, string name, SchemaNode schema)
    {
        keyword.SameValue(schema);
        return (value, run, seen) => value.Find(name) < 0 ? null : run.Check(schema, value, seen);
    }
}
