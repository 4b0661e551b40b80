namespace Grpo.Rewards;

/// <summary>Mean, standard deviation and count of the scores of each reward over one batch.</summary>
/// <remarks>
/// <c>rewards/{name}/mean</c> and <c>rewards/{name}/std</c> are TRL's keys; <c>rewards/{name}/scored</c> counts the scores that are not null.
/// Null scores are left out. The deviation has Bessel's correction (divisor n - 1), as TRL's <c>nanstd</c>; of a single score it is 0,
/// where TRL logs NaN. Without any score mean and deviation are null.
/// </remarks>
public static class RewardMetrics
{
    internal static Dictionary<string, double?> Compute(IReadOnlyList<WeightedReward> rewards, RewardScore[][] columns)
    {
        var metrics = new Dictionary<string, double?>(3 * rewards.Count);
        for (var r = 0; r < rewards.Count; r++)
        {
            var name = rewards[r].Definition.Name;
            var (mean, std, scored) = Summarise(columns[r]);
            metrics[$"rewards/{name}/mean"] = mean;
            metrics[$"rewards/{name}/std"] = std;
            metrics[$"rewards/{name}/scored"] = scored;
        }
        return metrics;
    }

    private static (double? Mean, double? Std, int Scored) Summarise(RewardScore[] column)
    {
        // Welford's update: one pass, no cancellation.
        double mean = 0, squares = 0;
        var scored = 0;
        foreach (var score in column)
        {
            if (score.Score is not { } value)
                continue;
            scored++;
            var delta = value - mean;
            mean += delta / scored;
            squares += delta * (value - mean);
        }
        return scored == 0 ? (null, null, 0) : (mean, scored == 1 ? 0 : double.Sqrt(squares / (scored - 1)), scored);
    }
}
