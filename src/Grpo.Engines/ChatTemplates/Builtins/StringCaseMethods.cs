using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Methods of str about letters and digits, and format().</summary>
internal static class StringCaseMethods
{
    /// <summary>The methods.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("upper", "", (_, value, _) => Upper((string)value)),
        new("lower", "", (_, value, _) => ((string)value).ToLowerInvariant()),
        new("casefold", "", (_, value, _) => ((string)value).ToLowerInvariant()),
        new("capitalize", "", (_, value, _) => Capitalize((string)value)),
        new("title", "", (_, value, _) => Title((string)value)),
        new("swapcase", "", (_, value, _) => string.Concat(((string)value).Select(Swap))),
        Of("isdigit", char.IsDigit),
        Of("isdecimal", char.IsDigit),
        Of("isnumeric", char.IsNumber),
        Of("isalpha", char.IsLetter),
        Of("isalnum", char.IsLetterOrDigit),
        Of("isspace", WhiteSpace.Is),
        new("isascii", "", (_, value, _) => ((string)value).All(char.IsAscii)),
        new("islower", "", (_, value, _) => ((string)value).Any(char.IsLower) && !((string)value).Any(char.IsUpper)),
        new("isupper", "", (_, value, _) => ((string)value).Any(char.IsUpper) && !((string)value).Any(char.IsLower)),
        new("istitle", "", (_, value, _) => ((string)value).Any(char.IsLetter) && Title((string)value) == (string)value),
        new("isidentifier", "", (_, value, _) => value is string and [var first, ..] text && (char.IsLetter(first) || first == '_') && text.All(unit => char.IsLetterOrDigit(unit) || unit == '_')),
        new("format", "*", (state, value, args) => BraceFormat.Apply(state, (string)value, args)),
    ];

    /// <summary>Text in upper case; the one letter of European languages that becomes two is written as two.</summary>
    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS");

    /// <summary>The first character in upper case, the others in lower case.</summary>
    public static string Capitalize(string text) => text.Length == 0 ? "" : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();

    private static string Title(string text)
    {
        var inWord = false;
        return string.Concat(text.Select(unit =>
        {
            var cased = inWord ? char.ToLowerInvariant(unit) : char.ToUpperInvariant(unit);
            inWord = char.IsLetter(unit);
            return cased;
        }));
    }

    private static char Swap(char unit) => char.IsUpper(unit) ? char.ToLowerInvariant(unit) : char.ToUpperInvariant(unit);

    private static Builtin Of(string name, Func<char, bool> holds) =>
        new(name, "", (_, value, _) => value is string { Length: > 0 } text && text.All(holds));
}
