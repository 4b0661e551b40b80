using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Methods of str that cut off or add characters at the ends.</summary>
internal static class StringStripMethods
{
    /// <summary>The methods.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("strip", "chars?", (_, value, args) => Strip((string)value, args.TextOrNull(0))),
        new("lstrip", "chars?", (_, value, args) => Strip((string)value, args.TextOrNull(0), end: false)),
        new("rstrip", "chars?", (_, value, args) => Strip((string)value, args.TextOrNull(0), start: false)),
        new("removeprefix", "prefix", (_, value, args) => Has((string)value, args.Text(0), false) ? ((string)value)[args.Text(0).Length..] : value),
        new("removesuffix", "suffix", (_, value, args) => Has((string)value, args.Text(0), true) ? ((string)value)[..^args.Text(0).Length] : value),
        new("ljust", "width fillchar?", (state, value, args) => value + Fill(state, value, args)),
        new("rjust", "width fillchar?", (state, value, args) => Fill(state, value, args) + value),
        new("center", "width fillchar?", (state, value, args) => Center((string)value, Fill(state, value, args), args.Integer(0))),
        new("zfill", "width", (state, value, args) => ZeroFill(state, (string)value, args.Integer(0))),
    ];

    /// <summary>Text without the white space, or the given characters, at its ends.</summary>
    public static string Strip(string text, string? characters, bool start = true, bool end = true)
    {
        var (first, last) = (0, text.Length);
        while (start && first < last && Matches(text[first], characters)) first++;
        while (end && last > first && Matches(text[last - 1], characters)) last--;
        return text[first..last];
    }

    /// <summary>Text in the middle of a field.</summary>
    public static string Center(string text, string fill, int width)
    {
        var before = (fill.Length / 2) + (fill.Length & width & 1);
        return fill[..before] + text + fill[before..];
    }

    private static bool Matches(char unit, string? characters) => characters?.Contains(unit) ?? WhiteSpace.Is(unit);

    private static bool Has(string text, string part, bool atEnd) =>
        atEnd ? text.EndsWith(part, StringComparison.Ordinal) : text.StartsWith(part, StringComparison.Ordinal);

    private static string Fill(RenderState state, object value, Arguments args)
    {
        var count = Math.Max(0, args.Integer(0) - CodePoints.Count((string)value));
        state.Room(count);
        return args.Text(1, " ") is [var unit] ? new string(unit, count) : throw new TemplateError("The fill character must be exactly one character long");
    }

    private static string ZeroFill(RenderState state, string text, int width)
    {
        var count = Math.Max(0, width - CodePoints.Count(text));
        state.Room(count);
        var sign = text is ['+' or '-', ..] ? 1 : 0;
        return text.Insert(sign, new string('0', count));
    }
}
