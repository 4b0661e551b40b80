using System.Collections.Frozen;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>The keywords of each draft. Others, such as <c>title</c> and <c>format</c>, say nothing about validity.</summary>
internal static class SchemaKeywords
{
    private static readonly FrozenDictionary<string, (SchemaDraft From, SchemaDraft To, Func<SchemaKeyword, SchemaRule?> Read)> Table =
        SchemaAssertions.All.Concat(SchemaApplicators.All).Concat(SchemaObjects.All).Concat(SchemaArrays.All).ToFrozenDictionary(row => row.Name, row => (row.From, row.To, row.Read));

    /// <summary>What reads a keyword; null when the draft has none of that name.</summary>
    public static Func<SchemaKeyword, SchemaRule?>? Find(string name, SchemaDraft draft) =>
        Table.TryGetValue(name, out var row) && draft >= row.From && draft <= row.To ? row.Read : null;

    /// <summary>A keyword of the drafts from one to another.</summary>
    internal sealed record Row(string Name, Func<SchemaKeyword, SchemaRule?> Read, SchemaDraft From = SchemaDraft.Draft6, SchemaDraft To = SchemaDraft.Draft202012);
}
