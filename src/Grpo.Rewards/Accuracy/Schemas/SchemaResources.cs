using System.Globalization;
using System.Text.Json;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>A schema with an address of its own: the document, or a part of it with <c>$id</c>.</summary>
/// <param name="address">References are relative to it.</param>
/// <param name="root">Its root.</param>
/// <param name="path">Where the root stands in the document.</param>
internal sealed class SchemaResource(Uri address, JsonElement root, string path)
{
    public Uri Base { get; } = address;

    public JsonElement Root { get; } = root;

    public string Path { get; } = path;

    /// <summary>Places with a name: <c>$anchor</c> and <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, (JsonElement Schema, string Path)> Anchors { get; } = [];

    /// <summary>Places that a later schema may take over; the name of <c>$recursiveAnchor</c> is empty.</summary>
    public Dictionary<string, SchemaNode> DynamicAnchors { get; } = [];
}

/// <summary>All resources and anchors of one document, and what references mean. Nothing outside of the document is ever looked for.</summary>
internal sealed class SchemaResources
{
    // What a document without an address is called while relative references are resolved.
    private static readonly Uri Unnamed = new("schema://document/");

    private readonly SchemaDraft _draft;
    private readonly Dictionary<string, SchemaResource> _byAddress = [];
    private readonly Dictionary<string, SchemaResource> _byPath = [];

    public SchemaResources(JsonElement document, SchemaDraft draft)
    {
        _draft = draft;
        Visit(document, "", Add(Unnamed, document, ""));
    }

    /// <summary>Every resource.</summary>
    public IReadOnlyCollection<SchemaResource> All => _byPath.Values;

    /// <summary>Where schemas have dynamic anchors: resource, name, schema and path.</summary>
    public List<(SchemaResource Resource, string Name, JsonElement Schema, string Path)> DynamicAnchors { get; } = [];

    /// <summary>The resource whose root stands there.</summary>
    public SchemaResource? At(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>The schema that a reference names.</summary>
    /// <exception cref="SchemaException">It names none.</exception>
    public (JsonElement Schema, string Path, SchemaResource Resource) Resolve(string reference, SchemaResource from, string path)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var address = hash < 0 ? reference : reference[..hash];
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        var resource = address.Length == 0 ? from : Uri.TryCreate(from.Base, address, out var uri) ? _byAddress.GetValueOrDefault(Key(uri)) : null;
        if (resource is null)
            throw new SchemaException(path, $"'{AnswerDetails.Short(reference)}' is not in this schema, and references are never fetched.");
        if (fragment.Length == 0)
            return (resource.Root, resource.Path, resource);
        if (fragment[0] == '/')
            return Follow(resource, fragment, reference, path);
        return resource.Anchors.TryGetValue(fragment, out var anchor) ? (anchor.Schema, anchor.Path, resource) : throw Missing(reference, path);
    }

    private (JsonElement Schema, string Path, SchemaResource Resource) Follow(SchemaResource resource, string pointer, string reference, string path)
    {
        var (at, place) = (resource.Root, resource.Path);
        foreach (var part in pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out var member))
                (at, place) = (member, JsonPaths.Member(place, part));
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
                (at, place) = (at[index], JsonPaths.Item(place, index));
            else
                throw Missing(reference, path);
            resource = At(place) ?? resource;
        }
        return (at, place, resource);
    }

    private static SchemaException Missing(string reference, string path) => new(path, $"'{AnswerDetails.Short(reference)}' names nothing in this schema.");

    private SchemaResource Add(Uri address, JsonElement root, string path)
    {
        var resource = new SchemaResource(address, root, path);
        _byPath[path] = resource;
        _byAddress.TryAdd(Key(address), resource);
        return resource;
    }

    /// <summary>An address without its empty fragment.</summary>
    private static string Key(Uri address) => address.AbsoluteUri.TrimEnd('#');

    private void Visit(JsonElement schema, string path, SchemaResource resource)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        resource = Named(schema, path, resource);
        foreach (var (inner, place) in SchemaPlaces.Inside(schema, path))
            Visit(inner, place, resource);
    }

    /// <summary>Takes down the schema's own names, and returns the resource it belongs to.</summary>
    private SchemaResource Named(JsonElement schema, string path, SchemaResource resource)
    {
        // Up to draft 7 nothing beside a $ref counts.
        if (_draft <= SchemaDraft.Draft7 && schema.TryGetProperty("$ref", out _))
            return resource;
        if (Text(schema, "$id", path) is { Length: > 0 } id)
        {
            if (_draft <= SchemaDraft.Draft7 && id[0] == '#')
                resource.Anchors.TryAdd(id[1..], (schema, path));
            else
                resource = Add(Uri.TryCreate(resource.Base, id, out var address) && address.IsAbsoluteUri ? address : throw new SchemaException(JsonPaths.Member(path, "$id"), "must be a URI."), schema, path);
        }
        if (_draft < SchemaDraft.Draft201909)
            return resource;
        foreach (var keyword in (ReadOnlySpan<string>)["$anchor", "$dynamicAnchor"])
        {
            if (Text(schema, keyword, path) is not { } name)
                continue;
            resource.Anchors.TryAdd(name, (schema, path));
            if (keyword == "$dynamicAnchor")
                DynamicAnchors.Add((resource, name, schema, path));
        }
        if (schema.TryGetProperty("$recursiveAnchor", out var recursive) && recursive.ValueKind == JsonValueKind.True)
            DynamicAnchors.Add((resource, "", schema, path));
        return resource;
    }

    private static string? Text(JsonElement schema, string keyword, string path) => !schema.TryGetProperty(keyword, out var value)
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw new SchemaException(JsonPaths.Member(path, keyword), "must be a string.");
}
