using System.Numerics;
using System.Text.RegularExpressions;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Filters that make text of text.</summary>
internal static partial class TextFilters
{
    /// <summary>The filters.</summary>
    public static IEnumerable<Builtin> All =>
    [
        Of("upper", StringCaseMethods.Upper),
        Of("lower", text => text.ToLowerInvariant()),
        Of("capitalize", StringCaseMethods.Capitalize),
        Of("title", Title),
        new("string", "", (_, value, _) => value is Markup ? value : Repr.Text(value)),
        new("trim", "chars?", (_, value, args) => Escaping.Like(value, StringStripMethods.Strip(Repr.Text(value), args.TextOrNull(0)))),
        new("replace", "old new count?", (state, value, args) => Replace(state, Repr.Text(value), args)),
        new("indent", "width? first? blank?", (state, value, args) => Escaping.Like(value, Indent(state, Repr.Text(value), args))),
        new("center", "width?", (state, value, args) => Methods.Find("", "center")!.Invoke(state, Repr.Text(value), Arguments.Of(args[0] ?? new BigInteger(80)))),
        new("truncate", "length? killwords? end? leeway?", (_, value, args) => Truncate(Repr.Text(value), args)),
        new("wordcount", "", (_, value, _) => new BigInteger(Word().Count(Repr.Text(value)))),
        new("format", "*", (state, value, args) => PercentFormat.Apply(state, value, Values(args))),
    ];

    private static Builtin Of(string name, Func<string, string> change) => new(name, "", (_, value, _) => Escaping.Like(value, change(Repr.Text(value))));

    private static string Title(string text) =>
        string.Concat(WordStart().Split(text).Where(part => part.Length > 0).Select(part => part[..1].ToUpperInvariant() + part[1..].ToLowerInvariant()));

    private static string Indent(RenderState state, string text, Arguments args)
    {
        var indent = args[0] is string or Markup ? args.Text(0) : Blanks(state, args.Integer(0, 4));
        var (first, blank) = (args.Flag(1), args.Flag(2));
        string[] lines = [.. WhiteSpace.Lines(text + "\n")];
        state.Room(text.Length + ((long)lines.Length * indent.Length));
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? first : blank || line.Length > 0) ? indent + line : line));
    }

    private static string Blanks(RenderState state, int count)
    {
        state.Room(count);
        return new string(' ', Math.Max(0, count));
    }

    private static string Replace(RenderState state, string text, Arguments args) =>
        StringSplitMethods.Replace(state, text, args.Text(0), args.Text(1), args[2] is null or None ? -1 : args.Integer(2));

    private static string Truncate(string text, Arguments args)
    {
        var (length, killWords, end, leeway) = (args.Integer(0, 255), args.Flag(1), args.Text(2, "..."), args.Integer(3, 5));
        if (CodePoints.Count(text) <= (long)length + leeway) return text;
        var kept = length - CodePoints.Count(end);
        if (kept < 0) throw new TemplateError($"expected length >= {CodePoints.Count(end)}, got {length}");
        var part = text[..CodePoints.Position(text, kept)];
        return (killWords || part.LastIndexOf(' ') is not (>= 0 and var space) ? part : part[..space]) + end;
    }

    private static object Values(Arguments args)
    {
        if (args.Named.Count == 0) return new PyTuple([.. args.Positional!]);
        if (args.Positional.Count > 0) throw new TemplateError("can't handle positional and keyword arguments at the same time");
        var dict = new PyDict();
        foreach (var (name, value) in args.Named) dict.Set(name, value);
        return dict;
    }

    [GeneratedRegex(@"(?<gap>[-\s({\[<]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex WordStart();

    [GeneratedRegex(@"\w+", RegexOptions.None, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex Word();
}
