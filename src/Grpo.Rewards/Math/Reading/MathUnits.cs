using System.Collections.Frozen;

namespace Grpo.Rewards.Math;

/// <summary>Units and nouns that follow a number.</summary>
internal static class MathUnits
{
    /// <summary>Short units, which would otherwise read as products of variables.</summary>
    private static readonly FrozenSet<string> Short = FrozenSet.Create(
        "m", "g", "s", "h", "L", "l", "N", "J", "W", "K", "V", "A", "C", "F", "cm", "mm", "km", "nm", "dm", "kg", "mg", "lb", "lbs", "oz", "ml", "mL", "dl", "cl", "ft", "in", "yd", "mi", "hr", "hrs", "min", "sec", "gal", "qt", "pt", "ha", "ton",
        "ms", "mph", "kph", "kmh", "Hz", "kHz", "MHz", "Pa", "kPa", "mol", "kJ", "kW", "kWh", "cal", "rad", "deg", "sq", "cu", "am", "pm", "AM", "PM", "USD", "EUR", "GBP", "RMB", "CNY", "per", "cc", "a", "of", "day", "men", "ice", "box",
        "is", "on", "for", "the", "big", "red", "yr", "yrs", "mos", "wk", "pcs", "pts", "km/h", "cans", "cups", "pens", "cars", "eggs", "girls", "boys");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ShortLookup = Short.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether what follows a number is only units or nouns: words, their powers and quotients, or text commands.</summary>
    public static bool Is(ReadOnlySpan<char> rest)
    {
        var words = 0;
        for (var i = 0; i < rest.Length;)
        {
            if (char.IsLetter(rest[i]))
            {
                var start = i;
                while (i < rest.Length && (char.IsLetter(rest[i]) || rest[i] == '\''))
                    i++;
                var word = rest[start..i];
                if (IsConjunction(word) || (word.Length < 4 && words == 0 && !ShortLookup.Contains(word) && !word.ContainsAnyExceptInRange('\0', '\u007f')))
                    return false;
                words++;
            }
            else if (rest[i] is '^' or ' ' or '/' or '.' or '{' or '}' or '-' or '(' or ')' or '*' || (rest[i] is '2' or '3' && i > 0 && rest[i - 1] is '^' or '{' || IsNegativePower(rest, i)))
            {
                i++;
            }
            else if (rest[i] == '\\' && CommandLength(rest[i..]) is > 0 and var length)
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

    /// <summary>The <c>1</c> of <c>s^{-1}</c>.</summary>
    private static bool IsNegativePower(ReadOnlySpan<char> rest, int i) => rest[i] is '1' or '2' or '3' && i > 1 && rest[i - 1] == '-' && rest[i - 2] is '{' or '^';

    /// <summary>"and", "or" and their like join a second answer to the first.</summary>
    private static bool IsConjunction(ReadOnlySpan<char> word) =>
        word.Equals("and", StringComparison.OrdinalIgnoreCase) || word.Equals("or", StringComparison.OrdinalIgnoreCase) || word.Equals("not", StringComparison.OrdinalIgnoreCase) || word is "或" or "和" or "且";

    private static int CommandLength(ReadOnlySpan<char> rest)
    {
        var end = 1;
        while (end < rest.Length && char.IsAsciiLetter(rest[end]))
            end++;
        if (rest[1..end] is "circ")
            return end;
        if (rest[1..end] is "frac")
            return end;
        if (!MathWords.IsText(rest[1..end]))
            return 0;
        while (end < rest.Length && rest[end] == ' ')
            end++;
        var close = rest.IndexOf('}');
        if (close <= end || rest[end] != '{')
            return 0;
        var inside = rest[(end + 1)..close];
        if (inside.ContainsAnyInRange('0', '9') || (inside.IsWhiteSpace() && false))
            return 0;
        foreach (var word in inside.SplitAny(' ', ','))
        {
            if (IsConjunction(inside[word]))
                return 0;
        }
        return close + 1;
    }
}
