namespace Grpo.Evaluation;

/// <summary>Means with their uncertainty.</summary>
public static class Intervals
{
    /// <summary>A proportion of independent trials, with Wilson's score interval.</summary>
    /// <remarks>
    /// centre = (p + z^2/2n) / (1 + z^2/n), half width = z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n). Source: Wilson 1927; recommended by Newcombe 1998,
    /// Statistics in Medicine 17, 857-872 (method 3).
    /// </remarks>
    /// <param name="successes">From 0 to <paramref name="n"/>.</param>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="level">In (0, 1).</param>
    public static MetricEstimate Wilson(int successes, int n, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, n);
        if (n == 0) return MetricEstimate.Undefined;
        var (p, z) = ((double)successes / n, Quantiles.Normal(level));
        var scale = 1 + (z * z / n);
        var centre = (p + (z * z / (2 * n))) / scale;
        var half = z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4.0 * n * n))) / scale;
        return new MetricEstimate
        {
            Value = p,
            N = n,
            Stderr = n < 2 ? null : Math.Sqrt(p * (1 - p) / n),
            Ci = new ConfidenceInterval { Level = level, Method = "wilson", Lower = Math.Max(0, centre - half), Upper = Math.Min(1, centre + half) },
        };
    }

    /// <summary>The mean of samples that come in clusters (the samples of one prompt), with a t interval.</summary>
    /// <remarks>
    /// Standard error sqrt(C/(C-1) sum_c (sum_{j in c} (s_j - mean))^2) / N, C - 1 degrees of freedom. With equally large clusters it is the standard error
    /// of the cluster means. Source: Miller 2024, arXiv:2411.00640 section 2.2.
    /// </remarks>
    /// <param name="sums">Sum of the samples of each cluster, shape (C).</param>
    /// <param name="counts">Samples of each cluster, shape (C); empty clusters are left out.</param>
    /// <param name="level">In (0, 1).</param>
    public static MetricEstimate ClusteredMean(ReadOnlySpan<double> sums, ReadOnlySpan<int> counts, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Length, sums.Length, nameof(counts));
        var (sum, samples, clusters) = (0.0, 0L, 0);
        for (var c = 0; c < sums.Length; c++)
        {
            if (counts[c] == 0) continue;
            sum += sums[c];
            samples += counts[c];
            clusters++;
        }

        if (clusters == 0) return MetricEstimate.Undefined;
        var mean = sum / samples;
        var squares = 0.0;
        for (var c = 0; c < sums.Length; c++)
        {
            var deviation = sums[c] - (counts[c] * mean);
            squares += counts[c] == 0 ? 0 : deviation * deviation;
        }

        double? error = clusters < 2 ? null : Math.Sqrt(squares * clusters / (clusters - 1)) / samples;
        return new MetricEstimate { Value = mean, N = clusters, Stderr = error, Ci = StudentInterval(mean, error, clusters - 1, level, "clustered_t") };
    }

    internal static ConfidenceInterval? StudentInterval(double centre, double? error, int degreesOfFreedom, double level, string method)
    {
        if (error is not { } stderr) return null;
        var half = stderr == 0 ? 0 : Quantiles.Student(level, degreesOfFreedom) * stderr;
        return new ConfidenceInterval { Level = level, Method = method, Lower = centre - half, Upper = centre + half };
    }
}
