using System.Text.RegularExpressions;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Filters about HTML and addresses.</summary>
internal static class EscapingFilters
{
    /// <summary>The filters.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("safe", "", (_, value, _) => new Markup(Repr.Text(value))),
        new("escape", "", (_, value, _) => new Markup(Escaping.Escape(value))),
        new("e", "", (_, value, _) => new Markup(Escaping.Escape(value))),
        new("forceescape", "", (_, value, _) => new Markup(Escaping.Escape(Repr.Text(value)))),
        new("striptags", "", (_, value, _) => StripTags(Repr.Text(value))),
        new("urlencode", "", (_, value, _) => Uri.EscapeDataString(Repr.Text(value)).Replace("%2F", "/")),
    ];

    private static string StripTags(string text) => string.Join(' ', System.Net.WebUtility.HtmlDecode(Tag.Replace(text, ""))
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    // In one pass whatever the text: with backtracking, ten thousand "<!--" without an end would be looked through ten thousand times.
    private static readonly Regex Tag = new("<!--.*?-->|<[^>]*>", RegexOptions.Singleline | RegexOptions.NonBacktracking);
}
