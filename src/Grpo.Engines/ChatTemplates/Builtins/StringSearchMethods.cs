using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Methods of str that look for text; positions count code points.</summary>
internal static class StringSearchMethods
{
    /// <summary>The methods.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("startswith", "prefix start? end?", (_, value, args) => Any(value, args, (text, part) => text.StartsWith(part, StringComparison.Ordinal))),
        new("endswith", "suffix start? end?", (_, value, args) => Any(value, args, (text, part) => text.EndsWith(part, StringComparison.Ordinal))),
        new("find", "sub start? end?", (_, value, args) => Find(value, args, last: false)),
        new("rfind", "sub start? end?", (_, value, args) => Find(value, args, last: true)),
        new("index", "sub start? end?", (_, value, args) => Found(Find(value, args, last: false))),
        new("rindex", "sub start? end?", (_, value, args) => Found(Find(value, args, last: true))),
        new("count", "sub start? end?", (_, value, args) => Count(Part(value, args), TextOf(args[0]!))),
    ];

    private static bool Any(object value, Arguments args, Func<string, string, bool> holds)
    {
        var text = Part(value, args);
        return args[0] is PyTuple parts ? parts.Items.Any(part => holds(text, TextOf(part))) : holds(text, TextOf(args[0]!));
    }

    private static BigInteger Find(object value, Arguments args, bool last)
    {
        var (text, sought) = (Part(value, args), TextOf(args[0]!));
        Work.Search(text, sought);
        var at = last ? text.LastIndexOf(sought, StringComparison.Ordinal) : text.IndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? BigInteger.MinusOne : CodePoints.CountBefore(text, at) + Start((string)value, args);
    }

    private static BigInteger Found(BigInteger position) => position.Sign >= 0 ? position : throw new TemplateError("substring not found");

    private static BigInteger Count(string text, string sought) => sought.Length == 0
        ? new BigInteger(CodePoints.Count(text) + 1)
        : new BigInteger(text.AsSpan().Count(sought));

    private static string Part(object value, Arguments args) =>
        args[1] is null && args[2] is null ? (string)value : (string)Slice.Of(value, args[1] ?? None.Value, args[2] ?? None.Value, None.Value)!;

    private static int Start(string text, Arguments args)
    {
        if (args[1] is null or None) return 0;
        var start = args.Integer(1);
        return start < 0 ? Math.Max(0, CodePoints.Count(text) + start) : start;
    }

    private static string TextOf(object value) =>
        value is string or Markup ? Repr.Text(value) : throw new TemplateError($"must be str, not {TypeName.Of(value)}");
}
