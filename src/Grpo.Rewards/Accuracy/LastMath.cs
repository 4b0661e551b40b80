namespace Grpo.Rewards.Accuracy;

/// <summary>Answers that nothing announces: the last maths environment, the last number.</summary>
internal static class LastMath
{
    /// <summary>The content of the last complete <c>$…$</c>, <c>$$…$$</c>, <c>\(…\)</c> or <c>\[…\]</c>, and what follows it.</summary>
    public static string? Environment(ReadOnlySpan<char> text, out ReadOnlySpan<char> after)
    {
        var (start, end) = Dollars(text);
        foreach (var (open, close) in (ReadOnlySpan<(string, string)>)[(@"\(", @"\)"), (@"\[", @"\]")])
        {
            var to = text.LastIndexOf(close);
            var from = to < 0 ? -1 : text[..to].LastIndexOf(open);
            if (from >= 0 && to > end)
                (start, end) = (from + 2, to);
        }
        after = start < 0 ? default : text[end..];
        return start < 0 || text[start..end].IsWhiteSpace() ? null : text[start..end].Trim().ToString();
    }

    /// <summary>How many environments there are; an odd dollar out is not counted.</summary>
    public static int CountEnvironments(ReadOnlySpan<char> text) => text.Count(@"\(") + text.Count(@"\[") + ((text.Count('$') - text.Count("$$")) / 2);

    /// <summary>The last number, with its sign, its denominator and its percent sign; digits inside a name such as N2O are none.</summary>
    public static string? Number(ReadOnlySpan<char> text) => Number(text, out _);

    /// <summary>The same, and what follows it.</summary>
    public static string? Number(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        var whole = text;
        rest = default;
        for (var last = text.LastIndexOfAnyInRange('0', '9'); last >= 0; last = text[..last].LastIndexOfAnyInRange('0', '9'))
        {
            var start = Start(text, last);
            var (startsInName, endsInName) = (start > 0 && char.IsAsciiLetter(text[start - 1]), last + 1 < text.Length && char.IsAsciiLetter(text[last + 1]));
            if (startsInName && endsInName)
            {
                last = start;
                continue;
            }
            var end = last + 1 < text.Length && text[last + 1] == '%' ? last + 2 : last + 1;
            rest = whole[end..];
            return IsNegative(text, start) ? $"-{text[start..end]}" : text[start..end].ToString();
        }
        return null;
    }

    private static int Start(ReadOnlySpan<char> text, int last)
    {
        var start = last;
        while (start > 0 && (char.IsAsciiDigit(text[start - 1]) || (text[start - 1] is '.' or ',' or '/' && start > 1 && char.IsAsciiDigit(text[start - 2]))))
            start--;
        return start > 0 && text[start - 1] == '.' ? start - 1 : start;
    }

    /// <summary>Whether a minus stands before the number (or before its currency sign) that subtracts it from nothing.</summary>
    private static bool IsNegative(ReadOnlySpan<char> text, int start)
    {
        var before = start > 0 && text[start - 1] is '$' or '€' or '£' ? start - 2 : start - 1;
        return before >= 0 && text[before] is '-' or '−' && (before == 0 || !(char.IsLetterOrDigit(text[before - 1]) || text[before - 1] is ')' or '}'));
    }

    /// <summary>The number of a text that mentions exactly one (however often); null when there are several or none.</summary>
    public static string? OnlyNumber(ReadOnlySpan<char> text)
    {
        if (Number(text) is not { } last)
            return null;
        var digits = last.TrimStart('-');
        for (var rest = text; Number(rest) is { } number;)
        {
            if (number.TrimStart('-') != digits)
                return null;
            rest = rest[..rest.LastIndexOf(number.TrimStart('-'))];
        }
        return last;
    }

    private static (int Start, int End) Dollars(ReadOnlySpan<char> text)
    {
        var end = LastDollar(text);
        if (end < 1)
            return (-1, -1);
        var width = text[end - 1] == '$' ? 2 : 1;
        end -= width - 1;
        var start = LastDollar(text[..end]);
        return start < 0 ? (-1, -1) : (start + 1, end);
    }

    /// <summary>The last dollar that is not escaped: <c>\$5</c> is money.</summary>
    private static int LastDollar(ReadOnlySpan<char> text)
    {
        for (var at = text.LastIndexOf('$'); at >= 0; at = text[..at].LastIndexOf('$'))
        {
            if (at == 0 || text[at - 1] != '\\')
                return at;
        }
        return -1;
    }
}
