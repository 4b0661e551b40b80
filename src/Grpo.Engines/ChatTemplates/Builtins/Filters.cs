using System.Collections.Frozen;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>The filters by name: Jinja2's own, with the transformers library's tojson, and from_json.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Builtin> All =
        Builtin.Table(TextFilters.All, EscapingFilters.All, NumberFilters.All, SequenceFilters.All, OrderFilters.All, SelectionFilters.All, JsonFilters.All);

    /// <summary>A filter.</summary>
    /// <exception cref="TemplateError">There is none of that name.</exception>
    public static Builtin Get(string name) => All.GetValueOrDefault(name) ?? throw new TemplateError($"No filter named '{name}'.");

    /// <summary>Whether there is a filter of that name.</summary>
    public static bool Exist(string name) => All.ContainsKey(name);
}
