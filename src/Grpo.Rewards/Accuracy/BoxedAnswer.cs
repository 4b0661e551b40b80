namespace Grpo.Rewards.Accuracy;

/// <summary><c>\boxed{…}</c> and <c>\fbox{…}</c>, by counting braces.</summary>
internal static class BoxedAnswer
{
    // Empty boxes ("put it in \boxed{}") are passed over, so many times at most.
    private const int MaxEmpty = 16;

    /// <summary>The content of the last box that has one; an unclosed last box reaches to the end of its line.</summary>
    public static string? Last(ReadOnlySpan<char> text)
    {
        for (var attempt = 0; attempt < MaxEmpty; attempt++)
        {
            var (box, fbox) = (text.LastIndexOf(@"\boxed"), text.LastIndexOf(@"\fbox"));
            var start = int.Max(box, fbox);
            if (start < 0)
                return null;
            var content = Content(text[(start + (start == box ? 6 : 5))..]).Trim();
            if (!content.IsEmpty)
                return content.ToString();
            text = text[..start];
        }
        return null;
    }

    private static ReadOnlySpan<char> Content(ReadOnlySpan<char> after)
    {
        var trimmed = after.TrimStart(' ');
        if (trimmed.IsEmpty || trimmed[0] != '{')
            return Unbraced(trimmed);
        var depth = 0;
        for (var i = 0; i < trimmed.Length; i++)
        {
            if (trimmed[i] == '\\')
                i++;
            else if (trimmed[i] == '{')
                depth++;
            else if (trimmed[i] == '}' && --depth == 0)
                return trimmed[1..i];
        }
        var line = trimmed.IndexOf('\n');
        return line < 0 ? trimmed[1..].TrimEnd('$') : trimmed[1..line].TrimEnd('$');
    }

    /// <summary><c>\boxed 5$</c>: up to the next dollar, space or line end, when it starts like an answer.</summary>
    private static ReadOnlySpan<char> Unbraced(ReadOnlySpan<char> after)
    {
        var end = after.IndexOfAny('$', ' ', '\n');
        var content = end < 0 ? after : after[..end];
        return content.Length <= 64 && !content.IsEmpty && (char.IsAsciiDigit(content[0]) || content[0] is '\\' or '-') ? content : default;
    }
}
