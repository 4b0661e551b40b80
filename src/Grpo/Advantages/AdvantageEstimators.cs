using Grpo.Advantages.Estimators;

namespace Grpo.Advantages;

/// <summary>From the rewards of a batch to its advantages, by any of the known estimators.</summary>
public static class AdvantageEstimators
{
    /// <summary>The estimators by name.</summary>
    public static NamedChoices<AdvantageEstimator> All { get; } = new(
        "advantage estimator",
        estimator => estimator.Name,
        new AdvantageEstimator { Name = "grpo", Estimate = GrpoAdvantage.Estimate },
        new AdvantageEstimator { Name = "dr_grpo", Estimate = DrGrpoAdvantage.Estimate },
        new AdvantageEstimator { Name = "rloo", Estimate = RlooAdvantage.Estimate },
        new AdvantageEstimator { Name = "gdpo", Estimate = GdpoAdvantage.Estimate, Requires = AdvantageInputs.Scores },
        new AdvantageEstimator { Name = "opo", Estimate = OpoAdvantage.Estimate, Requires = AdvantageInputs.Lengths },
        new AdvantageEstimator { Name = "gpg", Estimate = GpgAdvantage.Estimate },
        new AdvantageEstimator { Name = "grpo_passk", Estimate = PassKAdvantage.Estimate },
        new AdvantageEstimator { Name = "maxrl", Estimate = MaxRlAdvantage.Estimate },
        new AdvantageEstimator { Name = "remax", Estimate = RemaxAdvantage.Estimate, Requires = AdvantageInputs.Baselines },
        new AdvantageEstimator { Name = "rae", Estimate = RoleConditionedAdvantage.Estimate, Requires = AdvantageInputs.Agents },
        new AdvantageEstimator { Name = "hierarchical_grpo", Estimate = HierarchicalAdvantage.Estimate, Requires = AdvantageInputs.Agents | AdvantageInputs.Episodes });

    /// <summary>Estimate the advantages and describe the rewards they come from.</summary>
    /// <exception cref="ArgumentException">The estimator needs an input that the batch does not have.</exception>
    public static AdvantageResult Compute(AdvantageEstimator estimator, RewardBatch batch, AdvantageOptions options)
    {
        var missing = estimator.Requires & ~Given(batch);
        if (missing != AdvantageInputs.None) throw new ArgumentException($"The estimator {estimator.Name} needs {missing}.", nameof(batch));
        var advantages = new double[batch.Count];
        estimator.Estimate(batch, options, advantages);
        if (options.Singleton == SingletonAdvantage.Reward) KeepRewardOfSingletons(estimator, batch, options, advantages);

        var groups = new RewardStatistics[batch.GroupCount];
        for (var group = 0; group < groups.Length; group++) groups[group] = RewardStatistics.Of(batch.Rewards.AsSpan(batch.Group(group)), options.Ddof);
        return new() { Advantages = advantages, Groups = groups, Metrics = AdvantageMetrics.Of(batch, groups) };
    }

    private static void KeepRewardOfSingletons(AdvantageEstimator estimator, RewardBatch batch, AdvantageOptions options, double[] advantages)
    {
        var divides = estimator.Name == "gdpo" || (estimator.Name == "grpo" && options.ScaleRewards != RewardScaling.None);
        var scale = divides ? 1 + options.StdEpsilon : 1;
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var rewards = batch.Rewards.AsSpan(batch.Group(group));
            if (rewards.Length == 1 && !double.IsNaN(rewards[0])) advantages.AsSpan(batch.Group(group))[0] = rewards[0] / scale;
        }
    }

    private static AdvantageInputs Given(RewardBatch batch) =>
        (batch.Scores is null ? AdvantageInputs.None : AdvantageInputs.Scores) |
        (batch.Lengths is null ? AdvantageInputs.None : AdvantageInputs.Lengths) |
        (batch.Baselines is null ? AdvantageInputs.None : AdvantageInputs.Baselines) |
        (batch.Agents is null ? AdvantageInputs.None : AdvantageInputs.Agents) |
        (batch.Episodes is null ? AdvantageInputs.None : AdvantageInputs.Episodes);
}
