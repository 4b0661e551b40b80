using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Methods of str that take text apart and put it together.</summary>
internal static class StringSplitMethods
{
    /// <summary>The methods.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("split", "sep? maxsplit?", (state, value, args) => List(state, Split((string)value, args.TextOrNull(0), args.Integer(1, -1)))),
        new("rsplit", "sep? maxsplit?", (state, value, args) => List(state, SplitRight((string)value, args.TextOrNull(0), args.Integer(1, -1)))),
        new("splitlines", "keepends?", (state, value, args) => List(state, WhiteSpace.Lines((string)value, args.Flag(0)))),
        new("partition", "sep", (_, value, args) => Partition((string)value, Separator(args.Text(0)))),
        new("rpartition", "sep", (_, value, args) => PartitionRight((string)value, Separator(args.Text(0)))),
        new("join", "iterable", (state, value, args) => Join(state, (string)value, Sequence.ToList(args[0]!))),
        new("replace", "old new count?", (state, value, args) => Replace(state, (string)value, args.Text(0), args.Text(1), args.Integer(2, -1))),
    ];

    /// <summary>str.replace(); below 0 replacements means all.</summary>
    public static string Replace(RenderState state, string text, string old, string replacement, int count)
    {
        if (count == 0 || (old.Length == 0 && replacement.Length == 0)) return text;
        var limit = count < 0 ? int.MaxValue : count;
        var parts = old.Length == 0 ? Between(text, limit) : [.. Split(text, old, limit)];
        state.Room(text.Length + ((long)(parts.Count - 1) * replacement.Length));
        return string.Join(replacement, parts);
    }

    private static List<string> Between(string text, int limit)
    {
        List<string> points = ["", .. CodePoints.Each(text), ""];
        if (limit >= points.Count - 1) return points;
        return [.. points.Take(limit), string.Concat(points.Skip(limit))];
    }

    private static IEnumerable<string> Split(string text, string? separator, int limit)
    {
        if (separator is null) return Words(text, limit);
        Work.Search(text, separator);
        return text.Split(Separator(separator), limit is < 0 or int.MaxValue ? int.MaxValue : limit + 1);
    }

    private static IEnumerable<string> Words(string text, int limit)
    {
        for (var start = 0; ; limit--)
        {
            while (start < text.Length && WhiteSpace.Is(text[start])) start++;
            if (start == text.Length) yield break;
            var end = limit == 0 ? text.Length : start;
            while (end < text.Length && !WhiteSpace.Is(text[end])) end++;
            yield return text[start..end];
            start = end;
        }
    }

    private static IEnumerable<string> SplitRight(string text, string? separator, int limit)
    {
        if (limit < 0) return Split(text, separator, limit);
        var turned = Split(Turn(text), separator is null ? null : Turn(separator), limit);
        return turned.Select(Turn).Reverse();
    }

    /// <summary>UTF-16 units in the other order; applied twice it changes nothing.</summary>
    private static string Turn(string text) => string.Create(text.Length, text, (units, source) =>
    {
        source.CopyTo(units);
        units.Reverse();
    });

    private static PyTuple Partition(string text, string separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? new PyTuple([text, "", ""]) : new PyTuple([text[..at], separator, text[(at + separator.Length)..]]);
    }

    private static PyTuple PartitionRight(string text, string separator)
    {
        var at = text.LastIndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? new PyTuple(["", "", text]) : new PyTuple([text[..at], separator, text[(at + separator.Length)..]]);
    }

    private static string Join(RenderState state, string separator, IReadOnlyList<object> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not (string or Markup)) throw new TemplateError($"sequence item {i}: expected str instance, {TypeName.Of(items[i])} found");
        }

        var texts = items.Select(Repr.Text).ToArray();
        state.Room(texts.Sum(text => (long)text.Length + separator.Length));
        return string.Join(separator, texts);
    }

    private static string Separator(string separator) => separator.Length > 0 ? separator : throw new TemplateError("empty separator");

    private static object List(RenderState state, IEnumerable<string> parts) => state.Made(new PyList([.. parts]));
}
