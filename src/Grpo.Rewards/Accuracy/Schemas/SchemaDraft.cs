using System.Text.Json;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>The drafts of JSON Schema that are read.</summary>
internal enum SchemaDraft
{
    /// <summary>draft-06.</summary>
    Draft6,

    /// <summary>draft-07.</summary>
    Draft7,

    /// <summary>2019-09.</summary>
    Draft201909,

    /// <summary>2020-12, that of a schema without <c>$schema</c>.</summary>
    Draft202012,
}

/// <summary>Which draft a schema says it is.</summary>
internal static class SchemaDrafts
{
    private static readonly Dictionary<string, SchemaDraft> Known = new()
    {
        ["http://json-schema.org/draft-06/schema"] = SchemaDraft.Draft6,
        ["http://json-schema.org/draft-07/schema"] = SchemaDraft.Draft7,
        ["https://json-schema.org/draft/2019-09/schema"] = SchemaDraft.Draft201909,
        ["https://json-schema.org/draft/2020-12/schema"] = SchemaDraft.Draft202012,
    };

    /// <summary>The draft that <c>$schema</c> names.</summary>
    /// <exception cref="SchemaException">Another one.</exception>
    public static SchemaDraft Of(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$schema", out var name))
            return SchemaDraft.Draft202012;
        return name.ValueKind == JsonValueKind.String && Known.TryGetValue(name.GetString()!.TrimEnd('#'), out var draft)
            ? draft
            : throw new SchemaException("$schema", $"must be one of {string.Join(", ", Known.Keys)}.");
    }
}
