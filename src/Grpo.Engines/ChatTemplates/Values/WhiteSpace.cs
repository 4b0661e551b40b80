namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>White space and line ends as Python's str knows them, which are a few more than .NET's.</summary>
internal static class WhiteSpace
{
    /// <summary>Whether str.isspace() holds.</summary>
    public static bool Is(char unit) => char.IsWhiteSpace(unit) || unit is >= '\x1c' and <= '\x1f';

    /// <summary>The lines of a text, as str.splitlines() finds them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepEnds">Whether a line keeps its end.</param>
    public static IEnumerable<string> Lines(string text, bool keepEnds = false)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !EndsLine(text[end])) end++;
            var next = end == text.Length ? end : text.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            yield return text[start..(keepEnds ? next : end)];
            start = next;
        }
    }

    private static bool EndsLine(char unit) =>
        unit is '\n' or '\r' or '\v' or '\f' or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029';
}
