using System.Collections;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>What an answer breaks: where, which keyword, and in words.</summary>
internal sealed record Violation(JsonInstance At, string Keyword, string Message);

/// <summary>Checks a value.</summary>
/// <param name="value">The value.</param>
/// <param name="run">The check it is part of.</param>
/// <param name="seen">Children of the value that a schema has looked at, for the unevaluated keywords; null when none asks.</param>
/// <returns>The first thing that is wrong; null when nothing is.</returns>
internal delegate Violation? SchemaRule(JsonInstance value, SchemaRun run, BitArray? seen);

/// <summary>One schema, ready to check values.</summary>
/// <param name="id">Tells it from the others of its document.</param>
/// <param name="path">Where it stands in the document.</param>
/// <param name="resource">The resource it belongs to.</param>
internal sealed class SchemaNode(int id, string path, SchemaResource resource)
{
    public int Id { get; } = id;

    public string Path { get; } = path;

    public SchemaResource Resource { get; } = resource;

    /// <summary>What it asks for.</summary>
    public List<SchemaRule> Rules { get; } = [];

    /// <summary>Whether it applies other schemas, to the same value or to parts of it.</summary>
    public bool HasInner { get; set; }

    /// <summary>The schemas that it applies to the same value.</summary>
    public List<SchemaNode> SameValue { get; } = [];
}
