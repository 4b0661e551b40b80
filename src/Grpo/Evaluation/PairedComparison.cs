using MathNet.Numerics.Distributions;

namespace Grpo.Evaluation;

/// <summary>How a metric changed between two evaluations of the same prompts.</summary>
public sealed record PairedComparison
{
    /// <summary>Mean of new minus old over the prompts; null without any.</summary>
    public required double? Difference { get; init; }

    /// <summary>Mean of the old values over the prompts compared; null without any.</summary>
    public double? Before { get; init; }

    /// <summary>Prompts compared: those where both values are defined.</summary>
    public required int N { get; init; }

    /// <summary>Standard error of the difference; null with fewer than two prompts.</summary>
    public required double? Stderr { get; init; }

    /// <summary>The confidence interval of the difference; null where there is none.</summary>
    public required ConfidenceInterval? Ci { get; init; }

    /// <summary>McNemar's exact two-sided p-value; null unless every value is 0 or 1.</summary>
    public required double? McnemarP { get; init; }

    /// <summary>Compares prompt by prompt, which removes the difficulty of the prompts from the uncertainty.</summary>
    /// <remarks>Student's paired t. Source: Miller 2024, arXiv:2411.00640 section 4.2.</remarks>
    /// <param name="before">The old values, shape (P); null where undefined.</param>
    /// <param name="after">The new values, shape (P), of the same prompts in the same order.</param>
    /// <param name="level">In (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The shapes differ.</exception>
    public static PairedComparison Of(IReadOnlyList<double?> before, IReadOnlyList<double?> after, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(after.Count, before.Count, nameof(after));
        var pairs = before.Zip(after).Where(pair => pair.First is not null && pair.Second is not null).Select(pair => (Before: pair.First!.Value, After: pair.Second!.Value)).ToList();
        if (pairs.Count == 0) return new PairedComparison { Difference = null, N = 0, Stderr = null, Ci = null, McnemarP = null };
        var mean = pairs.Average(pair => pair.After - pair.Before);
        double? error = pairs.Count < 2 ? null : Math.Sqrt(pairs.Sum(pair => Square(pair.After - pair.Before - mean)) / (pairs.Count - 1) / pairs.Count);
        return new PairedComparison
        {
            Difference = mean,
            Before = pairs.Average(pair => pair.Before),
            N = pairs.Count,
            Stderr = error,
            Ci = Intervals.StudentInterval(mean, error, pairs.Count - 1, level, "paired_t"),
            McnemarP = pairs.TrueForAll(pair => pair.Before is 0 or 1 && pair.After is 0 or 1)
                ? McNemar(pairs.Count(pair => pair.After > pair.Before), pairs.Count(pair => pair.After < pair.Before))
                : null,
        };
    }

    /// <summary>Compares two means when the values at the prompts are not known: less certain than <see cref="Of"/>.</summary>
    /// <param name="before">The old estimate, with a value.</param>
    /// <param name="after">The new one, with a value.</param>
    /// <param name="level">In (0, 1).</param>
    public static PairedComparison Unpaired(MetricEstimate before, MetricEstimate after, double level)
    {
        var difference = after.Value!.Value - before.Value!.Value;
        double? error = before.Stderr is { } one && after.Stderr is { } other ? Math.Sqrt((one * one) + (other * other)) : null;
        return new PairedComparison
        {
            Difference = difference,
            Before = before.Value,
            N = Math.Min(before.N, after.N),
            Stderr = error,
            Ci = error is { } stderr
                ? new ConfidenceInterval { Level = level, Method = "normal", Lower = difference - (Quantiles.Normal(level) * stderr), Upper = difference + (Quantiles.Normal(level) * stderr) }
                : null,
            McnemarP = null,
        };
    }

    /// <summary>McNemar's exact test: under no change, each prompt whose outcome changed was as likely to change either way.</summary>
    /// <param name="gained">Prompts wrong before and right now.</param>
    /// <param name="lost">Prompts right before and wrong now.</param>
    /// <returns>The two-sided p-value.</returns>
    public static double McNemar(int gained, int lost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gained);
        ArgumentOutOfRangeException.ThrowIfNegative(lost);
        return gained + lost == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, gained + lost, Math.Min(gained, lost)));
    }

    private static double Square(double value) => value * value;
}
