using System.Text.Json;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Where a schema holds other schemas.</summary>
internal static class SchemaPlaces
{
    private static readonly HashSet<string> One =
    [
        "not", "if", "then", "else", "contains", "items", "additionalItems", "unevaluatedItems", "additionalProperties", "unevaluatedProperties", "propertyNames",
    ];

    private static readonly HashSet<string> List = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];

    private static readonly HashSet<string> Map = ["properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"];

    /// <summary>The schemas directly inside a schema, with their paths; whatever is no object is left out.</summary>
    public static IEnumerable<(JsonElement Schema, string Path)> Inside(JsonElement schema, string path)
    {
        foreach (var member in schema.EnumerateObject())
        {
            var place = JsonPaths.Member(path, member.Name);
            if (member.Value.ValueKind == JsonValueKind.Object && One.Contains(member.Name))
            {
                yield return (member.Value, place);
            }
            else if (member.Value.ValueKind == JsonValueKind.Array && List.Contains(member.Name))
            {
                foreach (var (index, item) in member.Value.EnumerateArray().Index())
                    yield return (item, JsonPaths.Item(place, index));
            }
            else if (member.Value.ValueKind == JsonValueKind.Object && Map.Contains(member.Name))
            {
                foreach (var inner in member.Value.EnumerateObject())
                    yield return (inner.Value, JsonPaths.Member(place, inner.Name));
            }
        }
    }
}
