namespace Grpo.Advantages;

/// <summary>Several rewards per completion and their weights.</summary>
public sealed record RewardScores
{
    /// <summary>The names of the rewards, shape (R).</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The scores, shape (R)(N); NaN means not judged.</summary>
    public required IReadOnlyList<double[]> Values { get; init; }

    /// <summary>The weights, shape (R).</summary>
    public required IReadOnlyList<double> Weights { get; init; }

    /// <summary>The weighted sum of the scores that were judged, shape (N); NaN where none was. Source: TRL's nansum over reward functions.</summary>
    public double[] WeightedSum() => WeightedSum(Values);

    /// <summary>The weighted sum of other values in the place of the scores, such as normalised ones.</summary>
    /// <param name="values">Shape (R)(N); NaN is left out.</param>
    /// <returns>Shape (N); NaN for a completion without any score, even when its values are numbers.</returns>
    internal double[] WeightedSum(IReadOnlyList<double[]> values)
    {
        var sums = new double[Values[0].Length];
        for (var completion = 0; completion < sums.Length; completion++)
        {
            var judged = false;
            for (var reward = 0; reward < values.Count; reward++)
            {
                judged |= !double.IsNaN(Values[reward][completion]);
                if (!double.IsNaN(values[reward][completion])) sums[completion] += Weights[reward] * values[reward][completion];
            }

            if (!judged) sums[completion] = double.NaN;
        }

        return sums;
    }
}
