namespace Grpo.Rewards.Accuracy;

/// <summary>A percent sign that stands outside of what was extracted: <c>\boxed{28} percent</c>.</summary>
internal static class PercentWords
{
    /// <summary>The answer with the percent sign that follows it; null when none follows.</summary>
    public static string? With(string answer, ReadOnlySpan<char> rest)
    {
        if (answer.Length == 0 || answer.Contains('%', StringComparison.Ordinal))
            return null;
        while (rest.Length > 0 && rest[0] is ' ' or '$' or '}' or '*' || rest.StartsWith(@"\)") || rest.StartsWith(@"\ ") || rest.StartsWith(@"\,"))
            rest = rest[(rest[0] == '\\' ? 2 : 1)..];
        if (rest.StartsWith(@"\text{"))
            rest = rest[6..].TrimStart();
        foreach (var word in (ReadOnlySpan<string>)["%", @"\%", "percent", "per cent", "pct"])
        {
            if (rest.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                return answer + "%";
        }
        return null;
    }
}
