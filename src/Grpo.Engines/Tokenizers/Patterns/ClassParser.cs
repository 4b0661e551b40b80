using System.Globalization;
using System.Text;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers.Patterns;

/// <summary>Parses escapes and bracketed character classes, nested ones included.</summary>
internal sealed class ClassParser(string pattern, bool ignoreCase)
{
    /// <summary>Reads a class whose opening bracket is behind <paramref name="at"/>, and its closing bracket.</summary>
    public RuneSet Parse(ref int at)
    {
        var set = new RuneSet();
        if (Peek(at) == '^')
        {
            set.Negated = true;
            at++;
        }

        bool first = true;
        while (first || Peek(at) != ']')
        {
            first = false;
            if (Peek(at) == '[')
            {
                if (Peek(at + 1) == ':') throw Unsupported("a POSIX bracket", at);
                at++;
                set.Add(Parse(ref at));
                continue;
            }

            if (Peek(at) == '&' && Peek(at + 1) == '&') throw Unsupported("an intersection", at);
            ReadItem(set, ref at);
        }

        at++;
        return set;
    }

    /// <summary>Reads an escape that stands for characters.</summary>
    public RuneSet Escape(ref int at) => Named(ref at) ?? Literal(Character(ref at), ignoreCase);

    /// <summary>The set of one character, in both cases if case does not count.</summary>
    public static RuneSet Literal(int rune, bool ignoreCase)
    {
        var set = new RuneSet();
        AddLiteral(set, rune, ignoreCase);
        return set;
    }

    private void ReadItem(RuneSet set, ref int at)
    {
        if (Peek(at) == '\\' && Named(ref at) is { } named)
        {
            set.Add(named);
            return;
        }

        int first = Character(ref at);
        if (Peek(at) != '-' || Peek(at + 1) == ']' || (Peek(at + 1) == '\\' && IsNamed(Peek(at + 2))))
        {
            AddLiteral(set, first, ignoreCase);
            return;
        }

        at++;
        int last = Character(ref at);
        if (last < first) throw Unsupported("a range that runs backwards", at);
        set.Add(first, last);
        if (!ignoreCase) return;
        for (int rune = first; rune <= Math.Min(last, first + 0x200); rune++) AddLiteral(set, rune, true);
    }

    private static void AddLiteral(RuneSet set, int rune, bool ignoreCase)
    {
        set.Add(rune, rune);
        if (!ignoreCase || !Rune.TryCreate(rune, out Rune value)) return;
        int lower = Rune.ToLowerInvariant(value).Value, upper = Rune.ToUpperInvariant(value).Value;
        set.Add(lower, lower).Add(upper, upper);
        if (lower == 's') set.Add(0x17F, 0x17F); // long s and the Kelvin sign fold to ASCII letters
        if (lower == 'k') set.Add(0x212A, 0x212A);
    }

    private static bool IsNamed(char letter) => letter is 's' or 'S' or 'd' or 'D' or 'w' or 'W' or 'h' or 'H' or 'p' or 'P';

    private RuneSet? Named(ref int at)
    {
        char letter = Peek(at + 1);
        if (!IsNamed(letter)) return null;
        at += 2;
        RuneSet set = char.ToLowerInvariant(letter) switch
        {
            's' => UnicodeProperties.Space,
            'd' => UnicodeProperties.Digit,
            'w' => UnicodeProperties.Word,
            'h' => UnicodeProperties.HexDigit,
            _ => Property(ref at),
        };
        return char.IsUpper(letter) ? set.Not() : set;
    }

    private RuneSet Property(ref int at)
    {
        int end = pattern.IndexOf('}', at);
        if (Peek(at) != '{' || end < 0) throw Unsupported("a property without braces", at);
        string name = pattern[(at + 1)..end];
        bool negated = name.StartsWith('^');
        if (negated) name = name[1..];
        if (name.StartsWith("Script=", StringComparison.Ordinal)) name = name["Script=".Length..];
        RuneSet set = UnicodeProperties.Named(name) ?? throw Unsupported($"the property {name}", at);
        at = end + 1;
        return negated ? set.Not() : set;
    }

    private int Character(ref int at)
    {
        char c = Peek(at);
        if (c != '\\')
        {
            int rune = char.IsSurrogatePair(pattern, at) ? char.ConvertToUtf32(pattern, at) : c;
            at += rune > 0xFFFF ? 2 : 1;
            return rune;
        }

        char letter = Peek(at + 1);
        at += 2;
        return letter switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            'u' => Hex(ref at, 4),
            'x' when Peek(at) == '{' => Braced(ref at),
            'x' => Hex(ref at, 2),
            _ when char.IsAsciiLetterOrDigit(letter) => throw Unsupported($"the escape \\{letter}", at - 2),
            _ => letter,
        };
    }

    private int Braced(ref int at)
    {
        int end = pattern.IndexOf('}', at);
        if (end < 0) throw Unsupported("an escape without its closing brace", at);
        at++;
        int rune = Hex(ref at, end - at);
        at = end + 1;
        return rune;
    }

    private int Hex(ref int at, int digits)
    {
        if (at + digits > pattern.Length || !int.TryParse(pattern.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rune))
            throw Unsupported("a wrong hexadecimal escape", at);
        at += digits;
        return rune;
    }

    private char Peek(int at) => at < pattern.Length ? pattern[at] : throw Unsupported("an unclosed class or escape", at);

    private ModelLoadException Unsupported(string what, int at) =>
        new($"tokenizer.json: the pattern {pattern} has {what} at position {at}, which is not supported.");
}
