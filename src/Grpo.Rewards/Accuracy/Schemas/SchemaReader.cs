using System.Text.Json;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Turns a schema document into nodes with rules. Every schema in it is read, also those that nothing refers to, so that mistakes are found before anything is checked.</summary>
internal sealed class SchemaReader
{
    private readonly Dictionary<string, SchemaNode> _nodes = [];
    private readonly Queue<(SchemaNode Node, JsonElement Schema)> _unread = [];
    private readonly Dictionary<string, SchemaPattern> _patterns = [];
    private readonly SchemaResources _resources;

    private SchemaReader(SchemaDraft draft, SchemaResources resources) => (Draft, _resources) = (draft, resources);

    /// <summary>The draft that the document is written in.</summary>
    public SchemaDraft Draft { get; }

    /// <summary>Whether a schema of the document asks which children others have looked at.</summary>
    public bool TracksSeen { get; set; }

    /// <summary>Reads a document.</summary>
    /// <returns>Its root.</returns>
    /// <exception cref="SchemaException">It is no schema, or none that can be used.</exception>
    public static (SchemaNode Root, bool TracksSeen) Read(JsonElement document)
    {
        var draft = SchemaDrafts.Of(document);
        var resources = new SchemaResources(document, draft);
        var reader = new SchemaReader(draft, resources);
        var root = reader.Node(document, "", resources.At("")!);
        foreach (var (resource, name, schema, path) in resources.DynamicAnchors)
            resource.DynamicAnchors.TryAdd(name, reader.Node(schema, path, resource));
        // References make long ways through the document: a queue, not recursion, follows them.
        while (reader._unread.TryDequeue(out var next))
            reader.Fill(next.Node, next.Schema);
        SchemaChains.Refuse(reader._nodes.Values);
        return (root, reader.TracksSeen);
    }

    /// <summary>The node of a schema; it is filled later.</summary>
    public SchemaNode Node(JsonElement schema, string path, SchemaResource resource)
    {
        if (_nodes.TryGetValue(path, out var known))
            return known;
        if (_nodes.Count == SchemaBudget.Schemas)
            throw new SchemaException(path, $"a schema may hold at most {SchemaBudget.Schemas} schemas.");
        var node = new SchemaNode(_nodes.Count, path, _resources.At(path) ?? resource);
        _nodes.Add(path, node);
        _unread.Enqueue((node, schema));
        return node;
    }

    /// <summary>The node that a reference names.</summary>
    public SchemaNode Referenced(string reference, SchemaResource from, string path)
    {
        var (schema, place, resource) = _resources.Resolve(reference, from, path);
        return Node(schema, place, resource);
    }

    /// <summary>All nodes with a dynamic anchor of that name.</summary>
    public IEnumerable<SchemaNode> DynamicTargets(string anchor) =>
        _resources.All.Select(resource => resource.DynamicAnchors.GetValueOrDefault(anchor)).OfType<SchemaNode>();

    /// <summary>Compiles an expression; a document has only so many.</summary>
    public SchemaPattern Pattern(string pattern, string path)
    {
        if (_patterns.TryGetValue(pattern, out var known))
            return known;
        if (_patterns.Count == SchemaBudget.Patterns)
            throw new SchemaException(path, $"a schema may hold at most {SchemaBudget.Patterns} patterns.");
        return _patterns[pattern] = SchemaPattern.Compile(pattern, path);
    }

    private void Fill(SchemaNode node, JsonElement schema)
    {
        if (schema.ValueKind is JsonValueKind.True)
            return;
        if (schema.ValueKind is JsonValueKind.False)
        {
            node.Rules.Add((value, _, _) => new(value, "false", "nothing is allowed here"));
            return;
        }
        if (schema.ValueKind != JsonValueKind.Object)
            throw new SchemaException(node.Path, "is no schema: must be an object, true or false.");

        // Up to draft 7 nothing beside a $ref counts.
        var alone = Draft <= SchemaDraft.Draft7 && schema.TryGetProperty("$ref", out _);
        List<SchemaRule> last = [];
        var names = new HashSet<string>();
        foreach (var member in schema.EnumerateObject())
        {
            var path = JsonPaths.Member(node.Path, member.Name);
            if (!names.Add(member.Name))
                throw new SchemaException(path, "given twice.");
            if ((alone && member.Name is not ("$ref" or "$defs" or "definitions")) || SchemaKeywords.Find(member.Name, Draft) is not { } keyword)
                continue;
            if (keyword(new(this, node, schema, member.Value, path, member.Name)) is { } rule)
                (member.Name.StartsWith("unevaluated", StringComparison.Ordinal) ? last : node.Rules).Add(rule);
        }
        node.Rules.AddRange(last);
    }
}
