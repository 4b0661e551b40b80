namespace Grpo.Advantages.Estimators;

/// <summary>
/// Group reward-decoupled normalisation: each reward is standardised within its group, z_k = (r_k - mean_k) / (std_k + epsilon); the weighted sums
/// of the z_k are standardised over the batch. Source: GDPO, arXiv:2601.05242, as in TRL's normalize_then_sum.
/// </summary>
public static class GdpoAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    /// <remarks>
    /// <see cref="RewardScaling.None"/> leaves the standardisation over the batch out (verl whitens over tokens instead). With
    /// <see cref="AdvantageOptions.LeaveOneOut"/> each reward is compared with the others of the group, and the batch's spread has no epsilon beside it (NeMo-RL).
    /// </remarks>
    /// <exception cref="ArgumentException">The batch has no <see cref="RewardBatch.Scores"/>.</exception>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        var scores = batch.Scores ?? throw new ArgumentException("GDPO needs the single scores.", nameof(batch));
        var sums = scores.WeightedSum([.. scores.Values.Select(values => Standardised(values, batch, options))]);
        if (options.ScaleRewards == RewardScaling.None)
        {
            for (var i = 0; i < sums.Length; i++) advantages[i] = double.IsNaN(sums[i]) ? 0 : sums[i];
            return;
        }

        var statistics = RewardStatistics.Of(sums, options.Ddof);
        Centring.Subtract(sums, statistics, statistics.Std + (options.LeaveOneOut ? 0 : options.StdEpsilon), advantages);
    }

    private static double[] Standardised(double[] values, RewardBatch batch, AdvantageOptions options)
    {
        var standardised = new double[values.Length];
        if (options.LeaveOneOut)
        {
            LeaveOneOutAdvantage.Estimate(batch.With(values), options, standardised);
            return standardised;
        }

        for (var group = 0; group < batch.GroupCount; group++)
        {
            var range = batch.Group(group);
            var statistics = RewardStatistics.Of(values.AsSpan(range), options.Ddof);
            Centring.Subtract(values.AsSpan(range), statistics, statistics.Std + options.StdEpsilon, standardised.AsSpan(range));
        }

        return standardised;
    }
}
