namespace Grpo.Advantages;

/// <summary>How rewards become advantages, besides the choice of the estimator.</summary>
public sealed record AdvantageOptions
{
    /// <summary>TRL's constant beside the standard deviation; verl uses 1e-6, OpenRLHF 1e-9.</summary>
    public const double DefaultStdEpsilon = 1e-4;

    /// <summary>The spread that centred rewards are divided by; null is the estimator's own.</summary>
    public RewardScaling? ScaleRewards { get; init; }

    /// <summary>Added to the standard deviation before dividing by it.</summary>
    /// <value>At least 0, in units of the reward. The default value is 1e-4.</value>
    public double StdEpsilon { get; init; } = DefaultStdEpsilon;

    /// <summary>Delta degrees of freedom: the divisor of the variance is the number of rewards minus this.</summary>
    /// <value>0 (population) or 1 (sample, Bessel's correction). The default value is 1.</value>
    public int Ddof { get; init; } = 1;

    /// <summary>What the only completion of a group gets.</summary>
    public SingletonAdvantage Singleton { get; init; }

    /// <summary>Whether mean and spread of each completion are those of the others in its group (NeMo-RL); grpo and gdpo only.</summary>
    public bool LeaveOneOut { get; init; }

    /// <summary>Whether grpo subtracts the mean of the batch instead of the group's (AReaL's mean_level batch).</summary>
    public bool BatchMean { get; init; }

    /// <summary>Added to the mean that maxrl divides by (SkyRL 1e-6).</summary>
    public double MeanEpsilon { get; init; }

    /// <summary>gpg: what the advantages are divided by (verl's f_norm).</summary>
    /// <value>Above 0. The default value is 1.</value>
    public double FNorm { get; init; } = 1;

    /// <summary>rae: how much of an agent's average stays when a reward comes in.</summary>
    /// <value>In [0, 1). The default value is 0.95.</value>
    public double Decay { get; init; } = 0.95;

    /// <summary>rae: the agents' averages before the batch; null, or an agent that is missing, begins at 0.</summary>
    public IReadOnlyDictionary<string, double>? AgentBaselines { get; init; }

    /// <summary>hierarchical_grpo: the agents that are compared within their episode.</summary>
    public IReadOnlyList<string> EpisodeAgents { get; init; } = ["solver"];

    /// <summary>How several rewards of one completion become one number.</summary>
    public MultiObjectiveAggregation MultiObjectiveAggregation { get; init; }
}

/// <summary>The spread that centred rewards are divided by.</summary>
public enum RewardScaling
{
    /// <summary>The standard deviation of the completion's own group.</summary>
    Group,

    /// <summary>The standard deviation of all rewards of the batch.</summary>
    Batch,

    /// <summary>Nothing is divided.</summary>
    None,
}

/// <summary>How several rewards of one completion become one number.</summary>
public enum MultiObjectiveAggregation
{
    /// <summary>Weighted sum first; the estimator sees the sums.</summary>
    SumThenNormalize,

    /// <summary>Each reward is normalised within its group, then summed and normalised over the batch (GDPO).</summary>
    NormalizeThenSum,
}

/// <summary>What the only completion of a group gets.</summary>
public enum SingletonAdvantage
{
    /// <summary>0: nothing to compare with (TRL).</summary>
    Zero,

    /// <summary>Its reward; grpo divides it by 1 + epsilon (verl and SkyRL, which take mean 0 and standard deviation 1).</summary>
    Reward,
}
