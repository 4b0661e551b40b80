namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Schemas that apply schemas to the same value. Such a chain must end: one that comes back to itself would go on for ever on any value.</summary>
internal static class SchemaChains
{
    /// <summary>Refuses documents with a chain that comes back to itself, or a very long one.</summary>
    /// <exception cref="SchemaException">There is one.</exception>
    public static void Refuse(IEnumerable<SchemaNode> nodes)
    {
        var lengths = new Dictionary<SchemaNode, int>();
        foreach (var node in nodes)
            Length(node, lengths, []);
    }

    /// <summary>Schemas in the longest chain from a node on.</summary>
    private static int Length(SchemaNode node, Dictionary<SchemaNode, int> lengths, List<SchemaNode> chain)
    {
        if (lengths.TryGetValue(node, out var known))
            return known;
        if (chain.IndexOf(node) is >= 0 and var start)
            throw new SchemaException(node.Path, $"applies to the same value again and again: {string.Join(" -> ", chain.Skip(start).Append(node).Select(Name))}.");
        var longest = 0;
        chain.Add(node);
        // The chain so far is bounded too, so that this recursion is.
        if (chain.Count > SchemaBudget.Chain)
            throw TooLong(chain[0]);
        foreach (var next in node.SameValue)
            longest = int.Max(longest, Length(next, lengths, chain));
        chain.RemoveAt(chain.Count - 1);
        if (longest + 1 > SchemaBudget.Chain)
            throw TooLong(node);
        return lengths[node] = longest + 1;
    }

    private static SchemaException TooLong(SchemaNode node) => new(node.Path, $"more than {SchemaBudget.Chain} schemas apply to one value, one through the other.");

    private static string Name(SchemaNode node) => node.Path.Length == 0 ? "the root" : node.Path;
}
