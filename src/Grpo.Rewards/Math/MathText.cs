using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Grpo.Rewards.Math;

/// <summary>Tidies an answer as a model or a data set writes it: one spelling of signs, digits, spaces and decoration.</summary>
public static class MathText
{
    private const string Currency = "$€£¥₹₩₽₺₫₴฿¢";

    private static readonly string[] Greek =
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega".Split(' ');

    // What each command is replaced by: the ones that only draw vanish, the others get one spelling.
    private static readonly FrozenDictionary<string, string> Commands =
        new (string Names, string Replacement)[]
        {
            ("left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits nolimits euro pounds", ""), ("quad qquad thinspace", " "),
            ("dfrac tfrac cfrac", @"\frac "), ("cdot times cdotp", "*"), ("div", "/"), ("lvert rvert vert", "|"), ("lbrace", @"\{"), ("rbrace", @"\}"),
            ("lbrack", "["), ("rbrack", "]"), ("lparen", "("), ("rparen", ")"), ("leq leqslant", @"\le "), ("geq geqslant", @"\ge "), ("neq", @"\ne "),
            ("degree", @"^\circ "), ("dots cdots", @"\ldots "),
        }.SelectMany(row => row.Names.Split(' '), (row, name) => (name, row.Replacement)).ToFrozenDictionary(pair => pair.name, pair => pair.Replacement);

    /// <summary>The tidy form. Linear in the length.</summary>
    public static string Normalize(string text)
    {
        // JSON inside JSON doubles the backslashes; in a matrix two of them end a row.
        if (text.Contains(@"\\", StringComparison.Ordinal) && !text.Contains(@"\begin", StringComparison.Ordinal))
            text = text.Replace(@"\\", @"\", StringComparison.Ordinal);
        var tidy = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i = AppendCommand(tidy, text, i);
            else if (text[i] == '{' && i + 2 < text.Length && text[i + 1] == ',' && text[i + 2] == '}')
                (_, i) = (tidy.Append(','), i + 2);
            else
                AppendCharacter(tidy, text[i]);
        }
        return Undecorate(tidy.ToString());
    }

    private static int AppendCommand(StringBuilder tidy, string text, int start)
    {
        if (start + 1 >= text.Length)
            return start;
        var next = text[start + 1];
        if (!char.IsAsciiLetter(next))
        {
            switch (next)
            {
                case '!':
                    return SkipSpaces(text, start + 2) - 1;
                case ',' or ';' or ':' or ' ' or '>' or '(' or ')' or '\n':
                    tidy.Append(' ');
                    break;
                case '%':
                    tidy.Append('%');
                    break;
                case '$':
                    break;
                default:
                    tidy.Append('\\').Append(next);
                    break;
            }
            return start + 1;
        }
        var end = start + 1;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        var name = text[(start + 1)..end];
        if (Commands.TryGetValue(name, out var replacement))
            tidy.Append(replacement);
        else
            tidy.Append('\\').Append(name);
        return end - 1;
    }

    private static void AppendCharacter(StringBuilder tidy, char c)
    {
        if (char.IsAscii(c))
        {
            if (c is not ('$' or '`'))
                tidy.Append(c is '~' or '\t' or '\r' or '\n' ? ' ' : c);
            return;
        }
        _ = c switch
        {
            '−' or '–' or '﹣' or '‐' or '‑' or '—' => tidy.Append('-'),
            '×' or '·' or '⋅' or '∙' or '•' or '∗' => tidy.Append('*'),
            '÷' or '∕' or '⁄' => tidy.Append('/'),
            '°' or 'º' => tidy.Append(@"^\circ "),
            '√' => tidy.Append(@"\sqrt "),
            '∞' => tidy.Append(@"\infty "),
            '≤' or '⩽' => tidy.Append(@"\le "),
            '≥' or '⩾' => tidy.Append(@"\ge "),
            '≠' => tidy.Append(@"\ne "),
            '∈' => tidy.Append(@"\in "),
            '∪' => tidy.Append(@"\cup "),
            '∅' => tidy.Append(@"\emptyset "),
            '±' => tidy.Append(@"\pm "),
            '⟨' => tidy.Append(@"\langle "),
            '⟩' => tidy.Append(@"\rangle "),
            '，' or '、' => tidy.Append(", "),
            '。' => tidy.Append('.'),
            '¼' => tidy.Append(@"\frac{1}{4}"),
            '½' => tidy.Append(@"\frac{1}{2}"),
            '¾' => tidy.Append(@"\frac{3}{4}"),
            '⅓' => tidy.Append(@"\frac{1}{3}"),
            '⅔' => tidy.Append(@"\frac{2}{3}"),
            '²' => tidy.Append("^{2}"),
            '³' => tidy.Append("^{3}"),
            '¹' => tidy.Append("^{1}"),
            >= '⁰' and <= '⁹' => tidy.Append("^{").Append((char)(c - '⁰' + '0')).Append('}'),
            >= '₀' and <= '₉' => tidy.Append('_').Append((char)(c - '₀' + '0')),
            >= '！' and <= '～' => tidy.Append((char)(c - '！' + '!')),
            >= 'α' and <= 'ω' => tidy.Append('\\').Append(Greek[c - 'α']).Append(' '),
            _ when Currency.Contains(c) => tidy,
            _ when CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var digit => tidy.Append((char)('0' + digit)),
            _ when char.IsWhiteSpace(c) => tidy.Append(' '),
            _ when CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format => tidy,
            _ => tidy.Append(c),
        };
    }

    /// <summary>Without markdown bold around it and without the punctuation of the sentence it stood in.</summary>
    private static string Undecorate(string text)
    {
        var tidy = text.AsSpan().Trim();
        while (true)
        {
            var before = tidy.Length;
            if (tidy.Length > 4 && tidy.StartsWith("**") && tidy.EndsWith("**"))
                tidy = tidy[2..^2].Trim();
            tidy = tidy.TrimEnd(" .,;:").TrimStart(" ,;:");
            if (tidy.EndsWith(@"\\"))
                tidy = tidy[..^2].TrimEnd();
            if (tidy.Length == before)
                return tidy.ToString();
        }
    }

    private static int SkipSpaces(string text, int index)
    {
        while (index < text.Length && text[index] == ' ')
            index++;
        return index;
    }
}
