using System.Collections.Frozen;

namespace Grpo.Rewards.Math;

/// <summary>The names that mean something in an answer, written with or without a backslash.</summary>
internal static class MathWords
{
    /// <summary>Functions of one argument that may follow without brackets.</summary>
    public static readonly FrozenSet<string> Functions = FrozenSet.Create(
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "exp", "sqrt", "abs", "floor", "ceil", "gcd", "lcm", "min", "max", "det");

    /// <summary>Constants and their other names.</summary>
    public static readonly FrozenDictionary<string, string> Constants =
        new (string Name, string Constant)[]
        {
            ("pi", "pi"), ("infty", "infinity"), ("inf", "infinity"), ("infinity", "infinity"), ("emptyset", "emptyset"), ("varnothing", "emptyset"), ("phi", "phi"), ("varphi", "phi"),
        }.ToFrozenDictionary(pair => pair.Name, pair => pair.Constant);

    /// <summary>Commands that only change how their argument looks.</summary>
    public static readonly FrozenSet<string> Wrappers = FrozenSet.Create(
        "boxed", "fbox", "underline", "mathbf", "boldsymbol", "bm", "mathit", "mathsf", "mathcal", "mathbb", "operatorname", "ensuremath", "displaystyle", "mathrm", "text", "textbf", "textit", "mbox", "textrm", "textsf", "texttt", "textnormal");

    /// <summary>The wrappers whose argument may be words.</summary>
    public static readonly FrozenSet<string> TextWrappers = FrozenSet.Create("mathrm", "text", "textbf", "textit", "mbox", "textrm", "textsf", "texttt", "textnormal", "operatorname", "mathbf");

    /// <summary>The commands that end a product instead of being its next factor.</summary>
    public static readonly FrozenSet<string> NoFactors = FrozenSet.Create(
        "cup", "in", "le", "ge", "lt", "gt", "ne", "pm", "approx", "equiv", "rfloor", "rceil", "rangle", "end", "over", "circ", "text", "mbox", "mathrm", "textbf", "textit", "textrm", "textnormal");

    /// <summary>Words that multiply the number before them.</summary>
    public static readonly FrozenDictionary<string, int> Scales =
        new (string Word, int Zeros)[] { ("hundred", 2), ("thousand", 3), ("million", 6), ("billion", 9), ("trillion", 12) }.ToFrozenDictionary(pair => pair.Word, pair => pair.Zeros);

    /// <summary>Short units, which would otherwise read as products of variables.</summary>
    private static readonly FrozenSet<string> ShortUnits = FrozenSet.Create(
        "m", "g", "s", "h", "L", "l", "N", "J", "W", "K", "V", "A", "C", "F", "cm", "mm", "km", "nm", "dm", "kg", "mg", "lb", "lbs", "oz", "ml", "mL", "dl", "cl", "ft", "in", "yd", "mi", "hr", "hrs", "min", "sec",
        "ms", "mph", "kph", "kmh", "Hz", "kHz", "MHz", "Pa", "kPa", "mol", "kJ", "kW", "kWh", "cal", "rad", "deg", "sq", "cu", "am", "pm", "AM", "PM", "USD", "EUR", "GBP", "per", "cc", "a", "of", "day", "men", "ice", "box");

    /// <summary>Whether what follows a number is only units or nouns: words, their powers and quotients, or text commands.</summary>
    public static bool IsUnit(ReadOnlySpan<char> rest)
    {
        var words = 0;
        for (var i = 0; i < rest.Length;)
        {
            if (char.IsLetter(rest[i]))
            {
                var start = i;
                while (i < rest.Length && (char.IsLetter(rest[i]) || rest[i] == '\''))
                    i++;
                if (i - start < 4 && !ShortUnits.Contains(rest[start..i].ToString()) && words == 0 && !rest[start..i].ContainsAnyExceptInRange('\0', '\u007f'))
                    return false;
                words++;
            }
            else if (rest[i] == '^' || (rest[i] is '2' or '3' && i > 0 && rest[i - 1] is '^' or '{') || rest[i] is ' ' or '/' or '.' or '{' or '}' or '-' or '(' or ')' or '*')
            {
                i++;
            }
            else if (rest[i] == '\\' && TextCommandLength(rest[i..]) is > 0 and var length)
            {
                i += length;
                words++;
            }
            else
            {
                return false;
            }
        }
        return words > 0;
    }

    private static int TextCommandLength(ReadOnlySpan<char> rest)
    {
        var end = 1;
        while (end < rest.Length && char.IsAsciiLetter(rest[end]))
            end++;
        if (!TextWrappers.Contains(rest[1..end].ToString()))
            return 0;
        var close = rest.IndexOf('}');
        return close < 0 || rest[end..close].ContainsAnyInRange('0', '9') ? 0 : close + 1;
    }
}
