using System.Globalization;
using System.Text.RegularExpressions;

namespace Grpo.Rewards.Accuracy;

/// <summary>Regular expressions that a caller wrote, compiled so that neither they nor the text can make them slow.</summary>
internal static class SafePattern
{
    /// <summary>Characters of an expression.</summary>
    public const int MaxLength = 2_000;

    // The automaton of (x{100}){100} has ten thousand states; more than that is refused.
    private const long MaxRepetitions = 10_000;

    /// <summary>The expression, or null and why not.</summary>
    public static (Regex? Regex, string Problem) Compile(string pattern, RegexOptions options)
    {
        if (pattern.Length > MaxLength)
            return (null, $"the pattern is longer than {MaxLength} characters.");
        if (Repetitions(pattern) > MaxRepetitions)
            return (null, $"the counted repetitions of the pattern multiply to more than {MaxRepetitions}.");
        try
        {
#pragma warning disable MA0009 // linear in the text without a timeout, which would make the score depend on the machine
            return (new Regex(pattern, options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), "");
#pragma warning restore MA0009
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            return (null, $"not a pattern that can be used: {problem.Message}");
        }
    }

    /// <summary>The product of the upper bounds of all {n}, {n,} and {n,m}: an upper bound of how often any part is copied.</summary>
    private static long Repetitions(string pattern)
    {
        var product = 1L;
        for (var open = pattern.IndexOf('{', StringComparison.Ordinal); open >= 0; open = pattern.IndexOf('{', open + 1))
        {
            var close = pattern.IndexOf('}', open);
            if (close < 0)
                break;
            var largest = pattern[(open + 1)..close].Split(',').Max(bound => long.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1);
            product *= long.Clamp(largest, 1, MaxRepetitions + 1);
            if (product > MaxRepetitions)
                return product;
        }
        return product;
    }
}
