using Grpo.Losses;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>The gap between sampler and trainer in figures, under verl's names. Means over tokens have 1e-8 beside the count, as verl's.</summary>
internal static class MismatchMetrics
{
    private const double Epsilon = 1e-8;

    /// <summary>The figures of a batch before the correction.</summary>
    public static Dictionary<string, double?> Of(IReadOnlyList<LossSequence> batch, RolloutCorrection correction)
    {
        var rows = batch.Select(sequence => new Row(sequence, correction.Numerator)).Where(row => row.Count > 0).ToArray();
        var metrics = new Dictionary<string, double?>();
        if (rows.Length == 0) return metrics;
        Set("training_ppl", rows.Average(row => Math.Exp(-row.Training)));
        Set("training_log_ppl", rows.Average(row => -row.Training));
        Set("rollout_ppl", rows.Average(row => Math.Exp(-row.Rollout)));
        Set("rollout_log_ppl", rows.Average(row => -row.Rollout));
        Set("log_ppl_diff", rows.Average(row => row.Rollout - row.Training));
        Set("log_ppl_abs_diff", rows.Average(row => Math.Abs(row.Rollout - row.Training)));
        Set("log_ppl_diff_max", rows.Max(row => row.Rollout - row.Training));
        Set("log_ppl_diff_min", rows.Min(row => row.Rollout - row.Training));
        Set("ppl_ratio", rows.Average(row => Math.Exp(row.Rollout - row.Training)));

        var tokens = rows.SelectMany(row => row.LogRatios).ToArray();
        Set("kl", Mean(tokens, log => -log));
        Set("k3_kl", Mean(tokens, log => Math.Exp(log) - log - 1));
        Set("chi2_token", Mean(tokens, log => Math.Exp(2 * Bound(log))) - 1);
        Set("chi2_seq", rows.Average(row => Math.Exp(2 * Bound(row.LogRatios.Sum()))) - 1);

        foreach (var (name, value) in WeightMetrics.Of(batch, correction)) Set(name, value);
        foreach (var (name, value) in RejectionMetrics.Of(batch, correction)) Set(name, value);
        return metrics;

        void Set(string name, double value) => metrics[$"rollout_corr/{name}"] = double.IsFinite(value) ? value : null;
    }

    private static double Mean(double[] values, Func<double, double> figure) => values.Sum(figure) / (values.Length + Epsilon);

    private static double Bound(double log) => Math.Clamp(log, -RejectionRule.SafetyBound, RejectionRule.SafetyBound);

    /// <summary>The log ratios of one sequence, and its mean log-probabilities under both policies.</summary>
    private sealed class Row
    {
        public Row(LossSequence sequence, MismatchNumerator numerator)
        {
            var logprobs = numerator == MismatchNumerator.Current || sequence.OldLogprobs is null ? sequence.Logprobs : sequence.OldLogprobs;
            var (training, rollout) = (0.0, 0.0);
            var logRatios = new List<double>();
            for (var t = 0; t < sequence.Length; t++)
            {
                if (!sequence.Mask.IsEmpty && sequence.Mask.Span[t] == 0) continue;
                (training, rollout) = (training + logprobs[t], rollout + sequence.RolloutLogprobs![t]);
                logRatios.Add(logprobs[t] - sequence.RolloutLogprobs![t]);
            }

            LogRatios = [.. logRatios];
            (Training, Rollout) = (training / (Count + Epsilon), rollout / (Count + Epsilon));
        }

        public double[] LogRatios { get; }

        public double Training { get; }

        public double Rollout { get; }

        public int Count => LogRatios.Length;
    }
}
