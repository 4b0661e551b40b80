namespace GrpoApi.Features.ImportanceWeights;

/// <summary>One number per sequence in figures.</summary>
internal static class SequenceFigures
{
    /// <summary>PREFIX_seq_mean, _seq_std (sample), _seq_max, _seq_min and _seq_max_deviation from the centre.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(string prefix, double[] values, double centre)
    {
        var mean = values.Average();
        yield return new($"{prefix}_seq_mean", mean);
        yield return new($"{prefix}_seq_std", values.Length > 1 ? Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1)) : 0);
        yield return new($"{prefix}_seq_max", values.Max());
        yield return new($"{prefix}_seq_min", values.Min());
        yield return new($"{prefix}_seq_max_deviation", values.Max(value => Math.Abs(value - centre)));
    }
}
