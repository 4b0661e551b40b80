namespace Grpo.Losses;

/// <summary>The settings of a policy loss. The three choices of the literature are separate: per-token term, level of the ratio, aggregation.</summary>
public sealed record LossOptions
{
    /// <summary>The per-token term and its own aggregation.</summary>
    public LossType LossType { get; init; } = LossTypes.All["grpo"];

    /// <summary>What one importance ratio spans; null is the loss type's own.</summary>
    public ImportanceSamplingLevel? Level { get; init; }

    /// <summary>How per-token losses become one number; null is the loss type's own.</summary>
    public LossAggregation? Aggregation { get; init; }

    /// <summary>Clip range below 1: a ratio under 1 - epsilon earns nothing more when the advantage is negative.</summary>
    /// <value>At least 0. The default value is 0.2.</value>
    public double Epsilon { get; init; } = 0.2;

    /// <summary>Clip range above 1; null means <see cref="Epsilon"/>.</summary>
    /// <value>At least 0; DAPO uses 0.28.</value>
    public double? EpsilonHigh { get; init; }

    /// <summary>Upper bound of the ratio in the unclipped term, which caps the loss of a token with negative advantage (INTELLECT-2).</summary>
    /// <value>Above 1 + epsilon_high; null is none.</value>
    public double? Delta { get; init; }

    /// <summary>The objective of a token with negative advantage is at least this times the advantage (dual-clip PPO).</summary>
    /// <value>Above 1; verl 3; null is none. May be below 1 + epsilon_high, where <see cref="Delta"/> may not.</value>
    public double? DualClip { get; init; }

    /// <summary>Log ratios are raised to this, and have no gradient below it. verl -20.</summary>
    public double LogRatioMin { get; init; } = double.NegativeInfinity;

    /// <summary>Log ratios are lowered to this, and have no gradient above it. verl 20, its gspo 10.</summary>
    public double LogRatioMax { get; init; } = double.PositiveInfinity;

    /// <summary>Whether there is a bound on log ratios at all.</summary>
    internal bool BoundsLogRatios => LogRatioMin > double.NegativeInfinity || LogRatioMax < double.PositiveInfinity;

    /// <summary>Drops the policy term of a sequence with negative advantage whose mean log-probability fell by more than this since it was sampled; null never.</summary>
    public double? OffPolicyMaskThreshold { get; init; }

    /// <summary>Share of tokens, those of the highest entropy, that keep their policy term.</summary>
    /// <value>Above 0 and at most 1. The default value is 1.</value>
    public double TopEntropyQuantile { get; init; } = 1;

    /// <summary>Weight of the mean entropy, which is subtracted from the loss. d loss / d entropy is minus this / tokens.</summary>
    public double EntropyCoef { get; init; }

    /// <summary>Weight of the negative log-likelihood of sequences with a positive reward, which is added to the loss (VAPO).</summary>
    /// <value>At least 0; 0 leaves it out.</value>
    public double PositiveNllWeight { get; init; }

    /// <summary>Weight of the divergence from the reference policy.</summary>
    /// <value>At least 0; 0 leaves the divergence out.</value>
    public double Beta { get; init; }

    /// <summary>How the divergence is estimated from one sample per token.</summary>
    public KlEstimator KlEstimator { get; init; } = KlEstimators.All["k3"];

    /// <summary>How the divergence is bounded and weighed.</summary>
    public KlOptions Kl { get; init; } = new();

    /// <summary>How the divergences of tokens become one number; null is as the policy term's. OpenRLHF means them over tokens whatever the policy term does.</summary>
    public LossAggregation? KlAggregation { get; init; }

    /// <summary>Whether the divergence is exact over the sequences as outcomes (<see cref="OutcomeDivergence"/>) instead of estimated per token.</summary>
    public bool FullKl { get; init; }

    /// <summary>How the policy term is weighed for the gap between sampler and trainer; null is not at all.</summary>
    public RolloutCorrection? RolloutCorrection { get; init; }

    /// <summary>Counts of the whole batch when this is only a part of it.</summary>
    public LossNormalizer Normalizer { get; init; } = new();

    /// <summary>Whether the gradient is computed.</summary>
    public bool Gradients { get; init; } = true;

    /// <summary>Whether every intermediate number is kept.</summary>
    public bool Explain { get; init; }

    /// <summary>The settings of <see cref="Terms.SigmoidGate"/>.</summary>
    public SapoOptions Sapo { get; init; } = new();

    /// <summary>The settings of <see cref="Terms.ClippedWeight"/>.</summary>
    public CispoOptions Cispo { get; init; } = new();

    /// <summary>The settings of <see cref="Terms.GammaWeight"/>.</summary>
    public VespoOptions Vespo { get; init; } = new();

    /// <summary>Weight of the quadratic penalty of <see cref="Terms.DirectOptimization"/>.</summary>
    /// <value>Above 0; null where the loss type does not need it.</value>
    public double? DroBeta { get; init; }

    /// <summary>The settings of <see cref="Terms.CovarianceClip"/>.</summary>
    public ClipCovOptions ClipCov { get; init; } = new();

    /// <summary>The settings of <see cref="Terms.CovariancePenalty"/>.</summary>
    public KlCovOptions KlCov { get; init; } = new();

    /// <summary>Whether the entropies of the tokens are read.</summary>
    internal bool ReadsEntropies => TopEntropyQuantile < 1 || EntropyCoef != 0;

    /// <summary>Whether a step reads all sequences together, several times.</summary>
    internal bool ReadsBatchAsWhole => ReadsEntropies || FullKl || PositiveNllWeight != 0 || LossType.Select is not null || RolloutCorrection is { IsOfBatch: true };

    /// <summary>Whether no step needs more of a sequence than one token at a time.</summary>
    internal bool IsPerToken => EffectiveLevel.Name == "token" && RolloutCorrection is null && OffPolicyMaskThreshold is null;

    /// <summary>The level in force.</summary>
    internal ImportanceSamplingLevel EffectiveLevel => Level ?? LossType.Level;

    /// <summary>The largest unclipped ratio.</summary>
    internal double UpperRatio => 1 + (EpsilonHigh ?? Epsilon);

    /// <summary>The smallest unclipped ratio.</summary>
    internal double LowerRatio => 1 - Epsilon;
}
