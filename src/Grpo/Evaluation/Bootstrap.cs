namespace Grpo.Evaluation;

/// <summary>The bootstrap of a mean: prompts are drawn with replacement, and the spread of the means is that of the estimate.</summary>
public static class Bootstrap
{
    /// <summary>Draws of a small evaluation.</summary>
    public const int Draws = 10_000;

    // Above this many prompts in all draws together fewer draws are made, but never fewer than percentiles need: 1,000 to 2,000 (Efron and Tibshirani 1993, section 19.3).
    private const long Work = 10_000_000;
    private const int FewestDraws = 2000;

    /// <summary>The mean of the values with its bootstrap standard error and percentile interval.</summary>
    /// <remarks>Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapters 6 and 13.</remarks>
    /// <param name="values">One value per prompt, shape (C).</param>
    /// <param name="level">In (0, 1).</param>
    /// <param name="seed">Determines the draws.</param>
    /// <param name="draws">Number of draws; null: <see cref="Draws"/>, fewer for many prompts.</param>
    public static MetricEstimate Mean(ReadOnlySpan<double> values, double level, int seed, int? draws = null)
    {
        if (values.IsEmpty) return MetricEstimate.Undefined;
        var mean = Average(values);
        if (values.Length < 2) return new MetricEstimate { Value = mean, N = 1, Stderr = null, Ci = null };
        var means = new double[draws ?? (int)Math.Clamp(Work / values.Length, FewestDraws, Draws)];
        var random = new SplitMix64((ulong)seed);
        for (var draw = 0; draw < means.Length; draw++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++)
            {
                sum += values[random.Below(values.Length)];
            }

            means[draw] = sum / values.Length;
        }

        Array.Sort(means);
        var centre = Average(means);
        var squares = 0.0;
        foreach (var one in means)
        {
            squares += (one - centre) * (one - centre);
        }

        return new MetricEstimate
        {
            Value = mean,
            N = values.Length,
            Stderr = Math.Sqrt(squares / (means.Length - 1)),
            Ci = new ConfidenceInterval { Level = level, Method = "bootstrap", Lower = Percentile(means, (1 - level) / 2), Upper = Percentile(means, (1 + level) / 2) },
        };
    }

    private static double Average(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static double Percentile(double[] sorted, double p) => sorted[Math.Clamp((int)Math.Ceiling(p * sorted.Length) - 1, 0, sorted.Length - 1)];
}
