using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>tojson as the transformers library defines it, which escapes nothing for HTML, and from_json.</summary>
internal static class JsonFilters
{
    /// <summary>The filters.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("tojson", "ensure_ascii? indent? separators? sort_keys?", (_, value, args) => Writer(args).Of(value)),
        new("from_json", "", (_, value, _) => JsonValue.Parse(Repr.Text(value))),
    ];

    private static JsonText Writer(Arguments args)
    {
        var indent = args[1] switch
        {
            null or None => null,
            string or Markup => args.Text(1),
            _ => new string(' ', Math.Clamp(args.Integer(1), 0, TemplateLimits.Elements)),
        };
        var (item, key) = args[2] is null or None
            ? (indent is null ? ", " : ",", ": ")
            : Sequence.ToList(args[2]!) is [var first, var second] ? (Repr.Text(first), Repr.Text(second)) : throw new TemplateError("separators needs two texts");
        return new JsonText(args.Flag(0), indent, item, key, args.Flag(3));
    }
}
