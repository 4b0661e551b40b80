namespace Grpo.Rewards.Accuracy;

/// <summary><c>\boxed{…}</c> and <c>\fbox{…}</c>, by counting braces.</summary>
internal static class BoxedAnswer
{
    // Empty boxes ("put it in \boxed{}") are passed over, so many times at most; so many boxes are joined at most.
    private const int MaxEmpty = 16;
    private const int MaxJoined = 64;
    private const int Near = 10;
    private const int NearWithConjunction = 70;

    /// <summary>The content of the last box that has one; an unclosed last box reaches to the end of its line.</summary>
    public static string? Last(ReadOnlySpan<char> text) => Find(text) is { } box ? text[box.Content].Trim().ToString() : null;

    /// <summary>The last box that has a content, and the boxes that stand so near before it that together they are one answer.</summary>
    /// <param name="text">Where to look.</param>
    /// <param name="last">The content of the last box.</param>
    /// <param name="joined">The contents of all of them, or null when there is only one answer.</param>
    /// <param name="rest">What follows the last box.</param>
    /// <param name="isCut">Whether the text ends inside the box: more might have followed.</param>
    /// <returns>False when there is no box.</returns>
    public static bool TryFind(ReadOnlySpan<char> text, out string last, out string? joined, out ReadOnlySpan<char> rest, out bool isCut)
    {
        (last, joined, isCut) = ("", null, false);
        rest = default;
        if (Find(text) is not { } box)
            return false;
        last = text[box.Content].Trim().ToString();
        rest = text[box.End..];
        isCut = box.IsCut;
        List<string> contents = [last];
        var start = box.Start;
        while (contents.Count < MaxJoined && Find(text[..start]) is { IsCut: false } before && IsNear(text[before.End..start]))
        {
            var content = text[before.Content].Trim().ToString();
            if (!contents.Contains(content))
                contents.Add(content);
            start = before.Start;
        }
        contents.Reverse();
        if (contents.Count > 1)
            joined = string.Join(", ", contents);
        return true;
    }

    private static Box? Find(ReadOnlySpan<char> text)
    {
        for (var attempt = 0; attempt < MaxEmpty; attempt++)
        {
            var (boxed, fbox) = (text.LastIndexOf(@"\boxed"), text.LastIndexOf(@"\fbox"));
            var start = int.Max(boxed, fbox);
            if (start < 0)
                return null;
            var box = Read(text, start, start + (start == boxed ? 6 : 5));
            if (!text[box.Content].IsWhiteSpace())
                return box;
            text = text[..start];
        }
        return null;
    }

    private static Box Read(ReadOnlySpan<char> text, int start, int after)
    {
        while (after < text.Length && text[after] == ' ')
            after++;
        if (after >= text.Length || text[after] != '{')
            return Unbraced(text, start, after);
        var close = Close(text, after, escapes: true);
        // \boxed{185\}: the brace after the backslash was meant to close.
        if (close < 0 && !text[after..].Contains(@"\{", StringComparison.Ordinal))
            close = Close(text, after, escapes: false);
        if (close >= 0)
            return new(start, (after + 1)..close, close + 1, IsCut: false);
        var line = text[after..].IndexOf('\n');
        var end = line < 0 ? text.Length : after + line;
        var dollar = text[after..end].TrimEnd();
        var closed = line >= 0 || dollar.EndsWith("$") || dollar.EndsWith("$.");
        var length = text[(after + 1)..end].TrimEnd("$. ").Length;
        return new(start, (after + 1)..(after + 1 + length), end, IsCut: !closed);
    }

    private static int Close(ReadOnlySpan<char> text, int open, bool escapes)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '\\' && escapes)
                i++;
            else if (text[i] == '{')
                depth++;
            else if (text[i] == '}' && --depth == 0)
                return i;
        }
        return -1;
    }

    /// <summary><c>\boxed 5$</c>: up to the next dollar, space or line end, when it starts like an answer.</summary>
    private static Box Unbraced(ReadOnlySpan<char> text, int start, int after)
    {
        var end = text[after..].IndexOfAny('$', ' ', '\n') is >= 0 and var stop ? after + stop : text.Length;
        var isAnswer = end > after && end - after <= 64 && (char.IsAsciiDigit(text[after]) || text[after] is '\\' or '-');
        return new(start, isAnswer ? after..end : after..after, end, IsCut: false);
    }

    private static bool IsNear(ReadOnlySpan<char> gap)
    {
        if (gap.Length < Near)
            return true;
        return gap.Length < NearWithConjunction && (gap.ContainsAny(',', ';') || gap.Contains("and", StringComparison.OrdinalIgnoreCase) || gap.Contains("or", StringComparison.OrdinalIgnoreCase) || gap.Contains('和') || gap.Contains('或'));
    }

    private readonly record struct Box(int Start, Range Content, int End, bool IsCut);
}
