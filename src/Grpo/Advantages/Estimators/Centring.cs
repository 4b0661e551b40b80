namespace Grpo.Advantages.Estimators;

/// <summary>The step that most estimators share: distance from a mean, in units of a scale.</summary>
internal static class Centring
{
    /// <summary>A_i = (r_i - mean) / scale; 0 for a reward that was not judged and for all rewards of a set without a spread.</summary>
    /// <param name="rewards">Shape (G).</param>
    /// <param name="statistics">Their mean and spread.</param>
    /// <param name="scale">What to divide by.</param>
    /// <param name="advantages">Destination, shape (G).</param>
    public static void Subtract(ReadOnlySpan<double> rewards, RewardStatistics statistics, double scale, Span<double> advantages)
    {
        var signal = statistics.Std > 0;
        for (var i = 0; i < rewards.Length; i++)
        {
            advantages[i] = signal && !double.IsNaN(rewards[i]) ? (rewards[i] - statistics.Mean) / scale : 0;
        }
    }
}
