namespace Grpo.Evaluation;

/// <summary>Probabilities that k samples of one prompt solve it, estimated without bias from n samples of which c are correct.</summary>
public static class PassAtK
{
    /// <summary>pass@k: the probability that at least one of k samples is correct, 1 - C(n - c, k) / C(n, k).</summary>
    /// <remarks>Source: Chen et al. 2021, arXiv:2107.03374 equation 1; the product form avoids large binomials.</remarks>
    /// <param name="n">Samples, at least 0.</param>
    /// <param name="c">Correct ones, from 0 to <paramref name="n"/>.</param>
    /// <param name="k">Samples drawn, at least 1.</param>
    /// <returns>In [0, 1]; null when there are fewer than k samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    public static double? AnyOf(int n, int c, int k)
    {
        Check(n, c, k);
        if (n < k) return null;
        if (n - c < k) return 1;
        var none = 1.0;
        for (var j = n - c + 1; j <= n; j++)
        {
            none *= 1 - ((double)k / j);
        }

        return 1 - none;
    }

    /// <summary>pass^k: the probability that all of k samples are correct, C(c, k) / C(n, k).</summary>
    /// <remarks>Source: Yao et al. 2024 (tau-bench), arXiv:2406.12045 section 4.</remarks>
    /// <inheritdoc cref="AnyOf"/>
    public static double? AllOf(int n, int c, int k)
    {
        Check(n, c, k);
        if (n < k) return null;
        var all = 1.0;
        for (var j = 0; j < k && all > 0; j++)
        {
            all *= (double)Math.Max(0, c - j) / (n - j);
        }

        return all;
    }

    private static void Check(int n, int c, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(c, n);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
    }
}
