using System.Text;

namespace Grpo.Rewards.Math;

/// <summary>Tidies an answer as a model or a data set writes it: one spelling of signs, digits, spaces, commands and decoration.</summary>
public static class MathText
{
    [ThreadStatic]
    private static StringBuilder? _buffer;

    /// <summary>The tidy form. Linear in the length.</summary>
    public static string Normalize(string text)
    {
        // Most answers are plain already.
        if (!text.AsSpan().ContainsAnyExcept(MathCharacters.Plain))
            return Undecorate(text);
        // US$5, R$5
        if (text.IndexOf('$', StringComparison.Ordinal) is > 0 and < 4 and var dollar && dollar + 1 < text.Length && char.IsAsciiDigit(text[dollar + 1]) && !text.AsSpan(0, dollar).ContainsAnyExceptInRange('A', 'Z'))
            text = text[(dollar + 1)..];
        // JSON inside JSON doubles the backslashes; in a matrix two of them end a row.
        if (text.Contains(@"\\", StringComparison.Ordinal) && !text.Contains(@"\begin", StringComparison.Ordinal))
            text = text.Replace(@"\\", @"\", StringComparison.Ordinal);
        var tidy = _buffer ??= new StringBuilder(256);
        tidy.Clear();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\')
                i = MathCommands.Append(tidy, text, i);
            else if (c == '{' && BracedComma(text, i) is var comma and > 0)
            {
                while (tidy.Length > 0 && tidy[^1] == ' ')
                    tidy.Length--;
                tidy.Append(',');
                i = comma;
            }
            else if (c == '.' && i + 2 < text.Length && text[i + 1] == '.' && text[i + 2] == '.')
                (_, i) = (tidy.Append(@"\ldots "), LastDot(text, i));
            else if (char.IsAscii(c))
                AppendAscii(tidy, c);
            else
                i = MathCharacters.Append(tidy, text, i);
        }
        return Undecorate(tidy.ToString());
    }

    /// <summary>What stands after the last arrow of a derivation, <c>x + 1 = 3 \implies x = 2</c>; and French interval brackets and plain angle brackets as the usual ones.</summary>
    internal static string Final(string tidy)
    {
        if (tidy.Length < 4)
            return tidy;
        if (tidy.LastIndexOf(@"\implies ", StringComparison.Ordinal) is >= 0 and var arrow && IsOutside(tidy, arrow))
            tidy = Undecorate(tidy[(arrow + @"\implies ".Length)..]);
        if (tidy.Length > 4 && tidy[0] is ']' or '[' && tidy[^1] is ']' or '[' && (tidy[0] == ']' || tidy[^1] == '[') && !tidy.AsSpan(1, tidy.Length - 2).ContainsAny('[', ']'))
            return $"{(tidy[0] == ']' ? '(' : '[')}{tidy.AsSpan(1, tidy.Length - 2)}{(tidy[^1] == '[' ? ')' : ']')}";
        if (tidy[0] == '<' && tidy[^1] == '>' && !tidy.AsSpan(1, tidy.Length - 2).ContainsAny('<', '>'))
            return $@"\langle {tidy.AsSpan(1, tidy.Length - 2)}\rangle ";
        return tidy;
    }

    /// <summary>Words alone: single spaces, without the commands and brackets that set them.</summary>
    internal static string Words(string text)
    {
        if (text.Contains('\\', StringComparison.Ordinal))
        {
            foreach (var wrapper in MathWords.TextWrappers)
                text = text.Replace($@"\{wrapper}{{", "{", StringComparison.Ordinal);
        }
        var words = text.Split([' ', '{', '}'], StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words).Trim('.', '(', ')', '"', '\'', '*', '_', ' ');
    }

    private static bool IsOutside(string text, int index)
    {
        var depth = 0;
        foreach (var c in text.AsSpan(0, index))
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        return depth == 0;
    }

    /// <summary>Without markdown around it and without the punctuation of the sentence it stood in.</summary>
    private static string Undecorate(string text)
    {
        var tidy = text.AsSpan().Trim();
        while (true)
        {
            var before = tidy.Length;
            if (tidy.Length > 4 && ((tidy.StartsWith("**") && tidy.EndsWith("**")) || (tidy.StartsWith("__") && tidy.EndsWith("__"))))
                tidy = tidy[2..^2].Trim();
            if (tidy.Length > 2 && tidy[0] == tidy[^1] && tidy[0] is '"' or '*' or '_')
                tidy = tidy[1..^1].Trim();
            tidy = tidy.TrimEnd(" .,;:\\").TrimStart(" ,;:");
            if (tidy.Length == before)
                return tidy.Length == text.Length ? text : tidy.ToString();
        }
    }

    private static void AppendAscii(StringBuilder tidy, char c)
    {
        if (c is not ('$' or '`') && (c >= ' ' || c is '\t' or '\r' or '\n'))
            tidy.Append(c is '~' or '\t' or '\r' or '\n' ? ' ' : c);
    }

    /// <summary>The index of the brace that closes <c>{,}</c>, which groups digits; 0 when it is something else.</summary>
    private static int BracedComma(string text, int open)
    {
        var i = open + 1;
        while (i < text.Length && text[i] == ' ')
            i++;
        if (i >= text.Length || text[i] != ',')
            return 0;
        i++;
        while (i < text.Length && text[i] == ' ')
            i++;
        return i < text.Length && text[i] == '}' ? i : 0;
    }

    private static int LastDot(string text, int i)
    {
        while (i + 1 < text.Length && text[i + 1] == '.')
            i++;
        return i;
    }
}
