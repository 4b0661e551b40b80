using Grpo.Losses;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>What was rejected and why, in figures, under verl's rollout_rs_ names.</summary>
internal static class RejectionMetrics
{
    private const double Epsilon = 1e-8;

    /// <summary>The figures of every rule, then of all together.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(IReadOnlyList<LossSequence> batch, RolloutCorrection correction)
    {
        if (correction.Rejection.Count == 0) return [];
        return [.. correction.Rejection.SelectMany(rule => OfRule(batch, rule, correction.Numerator)), .. Masked("rollout_rs", batch, correction)];
    }

    private static IEnumerable<KeyValuePair<string, double>> OfRule(IReadOnlyList<LossSequence> batch, RejectionRule rule, MismatchNumerator numerator)
    {
        var prefix = $"rollout_rs_{rule.Name}";
        var (low, high) = rule.Bounds;
        var rows = batch.Where(sequence => sequence.TokenCount > 0).Select(sequence => Row(sequence, rule, numerator)).ToArray();
        var tokens = rows.SelectMany(row => row).ToArray();
        double[] means = [.. rows.Select(row => rule.IsPerToken ? Mean(row, value => value) : row[0])];
        yield return new($"{prefix}_mean", Mean(tokens, value => value));
        yield return new($"{prefix}_max", tokens.Max());
        yield return new($"{prefix}_min", tokens.Min());
        yield return new($"{prefix}_std", Spread([.. tokens.Select(value => Math.Clamp(value, low, high))]));
        yield return new($"{prefix}_fraction_high", rule.IsPerToken ? Mean(tokens, value => value > high ? 1 : 0) : Share(means, value => value > high));
        yield return new($"{prefix}_fraction_low", rule.IsPerToken ? Mean(tokens, value => value < low ? 1 : 0) : Share(means, value => value < low));
        foreach (var figure in SequenceFigures.Of(prefix, means, centre: 0)) yield return figure;
        yield return new($"{prefix}_seq_fraction_high", Share(means, value => value > high));
        if (rule.IsK1) yield return new($"{prefix}_seq_fraction_low", Share(means, value => value < low));
        foreach (var figure in Masked(prefix, batch, new RolloutCorrection { Mode = RolloutCorrectionModes.None, Numerator = numerator, Rejection = [rule] })) yield return figure;
    }

    /// <summary>The shares of tokens and of sequences that lost something.</summary>
    private static IEnumerable<KeyValuePair<string, double>> Masked(string prefix, IReadOnlyList<LossSequence> batch, RolloutCorrection correction)
    {
        var lost = batch.Zip(correction.Fold(batch), (before, after) => before.TokenCount - after.TokenCount).ToArray();
        yield return new($"{prefix}_masked_fraction", lost.Sum() / (batch.Sum(sequence => sequence.TokenCount) + Epsilon));
        yield return new($"{prefix}_seq_masked_fraction", (double)lost.Count(tokens => tokens > 0) / batch.Count);
    }

    private static double[] Row(LossSequence sequence, RejectionRule rule, MismatchNumerator numerator) => rule.Judged(sequence, numerator);

    private static double Mean(double[] values, Func<double, double> figure) => values.Sum(figure) / (values.Length + Epsilon);

    /// <summary>verl's spread, of the values within the bounds.</summary>
    private static double Spread(double[] values) =>
        Mean(values, value => value) is var mean ? Math.Sqrt(Math.Max(Mean(values, value => value * value) - (mean * mean), 0)) : 0;

    private static double Share(double[] values, Func<double, bool> condition) => (double)values.Count(condition) / values.Length;
}
