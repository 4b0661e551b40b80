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
