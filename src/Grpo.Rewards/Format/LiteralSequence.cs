namespace Grpo.Rewards.Format;

/// <summary>
/// What the regular expression <c>^first.*?second.*? … last$</c> matches from the start of a text when <c>.</c> is any character and <c>$</c> the end of
/// any line (Python's <c>re.match</c> with DOTALL and MULTILINE). Taking the first place of each literal leaves the most room for the rest,
/// so one pass without backtracking decides.
/// </summary>
internal static class LiteralSequence
{
    /// <summary>Whether <paramref name="text"/> starts with the first literal and holds the others after it in order, the last one at the end of a line.</summary>
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<string> literals)
    {
        if (!text.StartsWith(literals[0]))
            return false;
        var rest = text[literals[0].Length..];
        foreach (var literal in literals[1..^1])
        {
            var at = rest.IndexOf(literal);
            if (at < 0)
                return false;
            rest = rest[(at + literal.Length)..];
        }
        return HoldsAtEndOfLine(rest, literals[^1]);
    }

    /// <summary>Whether the literal occurs at the end of a line.</summary>
    public static bool HoldsAtEndOfLine(ReadOnlySpan<char> text, string literal)
    {
        while (text.IndexOf(literal) is >= 0 and var at)
        {
            var end = at + literal.Length;
            if (end == text.Length || text[end] == '\n')
                return true;
            text = text[end..];
        }
        return false;
    }
}
