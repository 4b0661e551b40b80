using System.Diagnostics.CodeAnalysis;

namespace Grpo.Evaluation;

/// <summary>What an evaluation measures.</summary>
public enum EvaluationMetricKind
{
    /// <summary>pass@k: at least one of k samples is correct.</summary>
    PassAtK,

    /// <summary>pass^k: all of k samples are correct.</summary>
    PassHatK,

    /// <summary>maj@k: the most frequent answer of k samples is correct.</summary>
    MajAtK,

    /// <summary>mean_reward: the mean of the weighted sum of the rewards.</summary>
    MeanReward,
}

/// <summary>A metric by its name: <c>pass@4</c>, <c>pass^4</c>, <c>maj@4</c> or <c>mean_reward</c>.</summary>
/// <param name="Kind">What is measured.</param>
/// <param name="K">Samples drawn, at least 1; 1 for mean_reward.</param>
public sealed record EvaluationMetric(EvaluationMetricKind Kind, int K)
{
    private const string MeanRewardName = "mean_reward";
    private const int LargestK = 1_000_000;

    private static readonly (string Prefix, EvaluationMetricKind Kind)[] Prefixes =
        [("pass@", EvaluationMetricKind.PassAtK), ("pass^", EvaluationMetricKind.PassHatK), ("maj@", EvaluationMetricKind.MajAtK)];

    /// <summary>The name in requests and reports.</summary>
    public string Name => Kind == EvaluationMetricKind.MeanReward ? MeanRewardName : Prefixes.First(known => known.Kind == Kind).Prefix + K;

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out EvaluationMetric? metric)
    {
        metric = name == MeanRewardName ? new EvaluationMetric(EvaluationMetricKind.MeanReward, 1) : null;
        foreach (var (prefix, kind) in Prefixes)
        {
            if (name?.StartsWith(prefix, StringComparison.Ordinal) == true && name.Length > prefix.Length && name[prefix.Length] is >= '1' and <= '9'
                && int.TryParse(name.AsSpan(prefix.Length), System.Globalization.NumberStyles.None, provider: null, out var k) && k <= LargestK)
            {
                metric = new EvaluationMetric(kind, k);
            }
        }

        return metric is not null;
    }
}
