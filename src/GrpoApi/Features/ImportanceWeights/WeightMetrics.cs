using Grpo.Losses;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>The weights in figures, under verl's rollout_is_ names: shares beyond the bounds are of the raw ratios, the rest is of the bounded weights.</summary>
internal static class WeightMetrics
{
    private const double Epsilon = 1e-8;

    /// <summary>The figures of a correction that weighs; nothing for one that only rejects.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(IReadOnlyList<LossSequence> batch, RolloutCorrection correction)
    {
        if (correction.Mode == RolloutCorrectionModes.None) yield break;
        var bare = correction with { BatchNormalize = false, Rejection = [] };
        var raw = Rows(batch, bare with { ClipMax = null, ClipMin = null, Mode = RolloutCorrectionModes.All[correction.Mode.OneWeightPerSequence ? "sequence_truncate" : "token_truncate"] });
        var bounded = Rows(batch, bare);
        var (high, low) = (correction.ClipMax ?? double.PositiveInfinity, correction.ClipMin ?? (1 / correction.ClipMax) ?? 0);
        var perSequence = correction.Mode.OneWeightPerSequence;
        var (rawTokens, tokens) = (raw.SelectMany(row => row).ToArray(), bounded.SelectMany(row => row).ToArray());
        var mean = Mean(tokens, weight => weight);
        var extremes = perSequence ? rawTokens : tokens;

        yield return new("rollout_is_mean", mean);
        yield return new("rollout_is_max", extremes.Max());
        yield return new("rollout_is_min", extremes.Min());
        yield return new("rollout_is_std", Math.Sqrt(Math.Max(Mean(tokens, weight => weight * weight) - (mean * mean), 0)));
        yield return new("rollout_is_eff_sample_size", 1 / Mean(tokens, weight => weight / (mean + Epsilon) * (weight / (mean + Epsilon))));
        yield return new("rollout_is_ratio_fraction_high", perSequence ? Share(raw, row => row[0] > high) : Mean(rawTokens, ratio => ratio > high ? 1 : 0));
        yield return new("rollout_is_ratio_fraction_low", perSequence ? Share(raw, row => row[0] < low) : Mean(rawTokens, ratio => ratio < low ? 1 : 0));
        foreach (var figure in SequenceFigures.Of("rollout_is", [.. bounded.Select(RowMean)], centre: 1)) yield return figure;
        yield return new("rollout_is_seq_fraction_high", Share(raw, row => RowMean(row) > high));
        yield return new("rollout_is_seq_fraction_low", Share(raw, row => RowMean(row) < low));
        if (correction.Mode.Name.EndsWith("_mask", StringComparison.Ordinal)) yield return new("rollout_is_oob_ratio", Mean(rawTokens, ratio => ratio > high || ratio < low ? 1 : 0));
        if (correction.BatchNormalize) yield return new("rollout_is_batch_norm_factor", perSequence ? bounded.Average(RowMean) : mean);
    }

    private static double[][] Rows(IReadOnlyList<LossSequence> batch, RolloutCorrection correction) => [.. batch.Select(sequence => sequence with { Weights = null })
        .Zip(correction.Fold([.. batch.Select(sequence => sequence with { Weights = null })]))
        .Select(pair => pair.Second.Weights!.Where((_, t) => pair.First.Mask.IsEmpty || pair.First.Mask.Span[t] != 0).ToArray()).Where(row => row.Length > 0)];

    private static double RowMean(double[] row) => Mean(row, weight => weight);

    private static double Mean(double[] values, Func<double, double> figure) => values.Sum(figure) / (values.Length + Epsilon);

    private static double Share(double[][] rows, Func<double[], bool> condition) => (double)rows.Count(condition) / rows.Length;
}
