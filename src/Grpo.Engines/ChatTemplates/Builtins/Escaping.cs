using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>HTML escaping, and text that counts as escaped.</summary>
internal static class Escaping
{
    /// <summary>A value's text, escaped unless it counts as that already.</summary>
    public static string Escape(object value) => value is Markup markup ? markup.Text : Repr.Text(value)
        .Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("'", "&#39;").Replace("\"", "&#34;");

    /// <summary>A text made of a value: escaped if the value was.</summary>
    public static object Like(object value, string text) => value is Markup ? new Markup(text) : text;
}
