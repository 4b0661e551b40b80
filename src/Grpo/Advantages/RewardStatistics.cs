namespace Grpo.Advantages;

/// <summary>Mean and spread of a set of rewards; rewards that are NaN (not judged) are left out.</summary>
/// <param name="Count">Rewards that counted.</param>
/// <param name="Mean">Their mean; NaN when none counted.</param>
/// <param name="Std">Their standard deviation; NaN when it is undefined, exactly 0 when they are equal up to rounding.</param>
public readonly record struct RewardStatistics(int Count, double Mean, double Std)
{
    /// <summary>
    /// Rewards whose standard deviation is at most this fraction of the largest magnitude are taken as equal: 2^-23, the machine epsilon of
    /// float32, in which most trainers compute rewards. Equal scores that were summed in another order differ by less, and dividing such a
    /// residue by itself is how a singleton gets an advantage of 4000 (NVIDIA-NeMo/RL#4158). Relative, so that scaling rewards changes nothing.
    /// </summary>
    public const double RoundingResidue = 1.0 / (1 << 23);

    /// <summary>Whether the rewards are equal, so that the group carries no signal.</summary>
    public bool StdIsZero => Std == 0;

    /// <summary>Two passes in double: the mean first, then the squared distances from it.</summary>
    /// <param name="rewards">Shape (G); NaN means not judged, everything else is finite.</param>
    /// <param name="ddof">The divisor of the variance is the count minus this: 0 or 1.</param>
    /// <returns>A set with one member only has the standard deviation 0 by definition (TRL), one that lost all others to NaN has none.</returns>
    public static RewardStatistics Of(ReadOnlySpan<double> rewards, int ddof)
    {
        var (count, sum, largest) = (0, 0.0, 0.0);
        foreach (var reward in rewards)
        {
            if (double.IsNaN(reward)) continue;
            count++;
            sum += reward;
            largest = Math.Max(largest, Math.Abs(reward));
        }

        if (count == 0) return new(0, double.NaN, double.NaN);
        var mean = Recentre(rewards, sum / count, count);
        if (rewards.Length == 1) return new(count, mean, 0);
        if (count <= ddof) return new(count, mean, double.NaN);

        var squares = 0.0;
        foreach (var reward in rewards)
        {
            if (!double.IsNaN(reward)) squares += (reward - mean) * (reward - mean);
        }

        var std = Math.Sqrt(squares / (count - ddof));
        return new(count, mean, std <= RoundingResidue * largest ? 0 : std);
    }

    /// <summary>Adds the mean distance from a first guess, which removes the rounding of a long sum.</summary>
    private static double Recentre(ReadOnlySpan<double> rewards, double guess, int count)
    {
        var distance = 0.0;
        foreach (var reward in rewards)
        {
            if (!double.IsNaN(reward)) distance += reward - guess;
        }

        return guess + (distance / count);
    }
}
