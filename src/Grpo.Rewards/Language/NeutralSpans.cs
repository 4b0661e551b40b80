namespace Grpo.Rewards.Language;

/// <summary>Blanks what has no language: code, mathematics, markup, addresses.</summary>
internal static class NeutralSpans
{
    private const int TagLength = 200;

    private static readonly (string Open, string Close)[] Delimiters =
    [
        ("```", "```"), ("~~~", "~~~"), ("$$", "$$"), (@"\(", @"\)"), (@"\[", @"\]"),
    ];

    /// <summary>The text with a space for every character of a neutral span (line breaks stay), so that places in it stay the same.</summary>
    /// <remarks>
    /// Fenced and inline code, <c>$…$</c>, <c>$$…$$</c>, <c>\(…\)</c>, <c>\[…\]</c>, <c>\begin{…}…\end{…}</c>, the names of other commands, XML-like tags,
    /// URLs, file paths, hashtags and mentions. A span that is not closed reaches to the end. One pass, linear.
    /// </remarks>
    /// <param name="text">The text.</param>
    /// <param name="quotes">Whether quotations of more than three words are neutral too.</param>
    /// <param name="spans">How many spans were found.</param>
    public static char[] Blank(string text, bool quotes, out int spans)
    {
        spans = 0;
        var blanked = text.ToCharArray();
        for (var at = 0; at < text.Length;)
        {
            var length = text[at] == '"' && quotes ? Quotation(text.AsSpan(at)) : SpanLength(text, at);
            if (length == 0)
            {
                at++;
                continue;
            }
            foreach (ref var c in blanked.AsSpan(at, length))
                c = c == '\n' ? '\n' : ' ';
            at += length;
            spans++;
        }
        return blanked;
    }

    private static int SpanLength(string text, int at)
    {
        var rest = text.AsSpan(at);
        switch (rest[0])
        {
            case '`' or '$' or '\\' or '~' when rest[0] != '~' || rest.StartsWith("~~~"):
                foreach (var (open, close) in Delimiters)
                {
                    if (rest.StartsWith(open))
                        return UpTo(rest, open.Length, close);
                }
                return rest[0] switch
                {
                    '`' => OnOneLine(rest, '`'),
                    '$' => InlineMath(rest),
                    '\\' => Command(rest),
                    _ => 0,
                };
            case '<':
                return Markup(rest);
            case '#' or '@' when rest.Length > 1 && char.IsLetter(rest[1]) && (at == 0 || !char.IsLetterOrDigit(text[at - 1])):
                return Run(rest, 1, c => char.IsLetterOrDigit(c) || c is '_' or '.');
            case 'h' or 'w' when rest.StartsWith("http://") || rest.StartsWith("https://") || rest.StartsWith("www."):
                return Run(rest, 0, c => c is > ' ' and < '\u007f');
            case '/' or '~' when (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && rest.Length > 1 && (char.IsAsciiLetter(rest[1]) || rest[1] == '/'):
                return Path(rest);
            default:
                return 0;
        }
    }

    /// <summary>An absolute path of at least two names, or one in the home folder: <c>/usr/bin</c>, <c>~/notes</c>.</summary>
    private static int Path(ReadOnlySpan<char> rest)
    {
        var length = Run(rest, 1, c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-');
        return rest[0] == '~' || rest[1..length].Contains('/') ? length : 0;
    }

    private static int Quotation(ReadOnlySpan<char> rest)
    {
        var length = OnOneLine(rest, '"');
        return rest[..length].Count(' ') >= 3 ? length : 0;
    }

    private static int UpTo(ReadOnlySpan<char> rest, int from, string close)
    {
        var end = rest[from..].IndexOf(close);
        return end < 0 ? rest.Length : from + end + close.Length;
    }

    private static int OnOneLine(ReadOnlySpan<char> rest, char close)
    {
        var end = rest[1..].IndexOfAny(close, '\n');
        return end < 0 || rest[1 + end] == '\n' ? 0 : end + 2;
    }

    /// <summary>Pandoc's rule tells <c>$x$</c> from prices: no space inside the dollars, no digit after them.</summary>
    private static int InlineMath(ReadOnlySpan<char> rest)
    {
        var length = OnOneLine(rest, '$');
        return length < 3 || rest[1] == ' ' || rest[length - 2] == ' ' || (length < rest.Length && char.IsAsciiDigit(rest[length])) ? 0 : length;
    }

    /// <summary>A maths environment whole; of any other command its name, so that the words of <c>\text{…}</c> stay.</summary>
    private static int Command(ReadOnlySpan<char> rest)
    {
        var name = Run(rest, 1, char.IsAsciiLetter);
        if (!rest[..name].SequenceEqual(@"\begin") || rest.Length == name || rest[name] != '{')
            return name;
        var close = rest[..int.Min(rest.Length, TagLength)].IndexOf('}');
        return close < 0 ? name : UpTo(rest, close + 1, $@"\end{rest[name..(close + 1)]}");
    }

    private static int Markup(ReadOnlySpan<char> rest)
    {
        if (rest.Length < 3 || !(char.IsAsciiLetter(rest[1]) || rest[1] is '/' or '|'))
            return 0;
        var window = rest[..int.Min(rest.Length, TagLength)];
        var close = window.IndexOfAny('>', '\n');
        return close < 0 || window[close] == '\n' ? 0 : close + 1;
    }

    private static int Run(ReadOnlySpan<char> rest, int from, Func<char, bool> belongs)
    {
        while (from < rest.Length && belongs(rest[from]))
            from++;
        return from;
    }
}
