namespace Grpo.Rewards.Math.Comparison;

/// <summary>Answers that are words.</summary>
internal static class WordLists
{
    private static readonly string[] Conjunctions = [" and ", " or ", ",", ";"];

    /// <summary>Whether both say the same words; what "and", "or" and commas join has no order.</summary>
    public static bool Same(MathReading gold, MathReading prediction, MathPolicy policy)
    {
        var comparison = policy.CaseSensitiveText ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        var (a, b) = (gold.Words, prediction.Words);
        if (a.Length == 0 || b.Length == 0)
            return false;
        if (a.Equals(b, comparison))
            return true;
        if (a.Length > MathBudget.CandidateLength / 4 || b.Length > MathBudget.CandidateLength / 4 || !Conjunctions.Any(word => a.Contains(word, StringComparison.OrdinalIgnoreCase)))
            return Compact(a).Equals(Compact(b), comparison);
        var (parts, others) = (Parts(a), Parts(b));
        return parts.Length == others.Length && parts.Order(StringComparer.OrdinalIgnoreCase).SequenceEqual(others.Order(StringComparer.OrdinalIgnoreCase), policy.CaseSensitiveText ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Words without spaces, hyphens and quotation marks: "no solution" and "no-solution".</summary>
    private static string Compact(string words) => string.Concat(words.Where(c => c is not (' ' or '-' or '$' or '"')));

    private static string[] Parts(string words) =>
        [.. words.Replace(" or ", ",", StringComparison.OrdinalIgnoreCase).Replace(" and ", ",", StringComparison.OrdinalIgnoreCase).Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
