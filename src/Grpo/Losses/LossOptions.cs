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

    /// <summary>Weight of the divergence from the reference policy.</summary>
    /// <value>At least 0; 0 leaves the divergence out.</value>
    public double Beta { get; init; }

    /// <summary>How the divergence is estimated from one sample per token.</summary>
    public KlEstimator KlEstimator { get; init; } = KlEstimators.All["k3"];

    /// <summary>Whether the divergence is multiplied by the importance ratio, which makes its gradient unbiased (DeepSeek-V3.2, equation 7).</summary>
    public bool UseBiasCorrectionKl { get; init; }

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

    /// <summary>The level in force.</summary>
    internal ImportanceSamplingLevel EffectiveLevel => Level ?? LossType.Level;

    /// <summary>The largest unclipped ratio.</summary>
    internal double UpperRatio => 1 + (EpsilonHigh ?? Epsilon);

    /// <summary>The smallest unclipped ratio.</summary>
    internal double LowerRatio => 1 - Epsilon;
}

/// <summary>
/// What the sums are divided by. Given the counts of the whole batch, the losses and gradients of its micro-batches add up to those of the whole.
/// </summary>
public sealed record LossNormalizer
{
    /// <summary>Tokens in the loss over the whole batch, the divisor of token-mean; null counts this batch.</summary>
    public double? NumItemsInBatch { get; init; }

    /// <summary>Sequences of the whole batch, the divisor of the seq-mean aggregations; null counts this batch.</summary>
    public double? GlobalBatchSize { get; init; }

    /// <summary>The generation limit in tokens, which seq-mean-token-sum-norm divides by (Dr. GRPO); null is the longest sequence of this batch.</summary>
    public double? MaxCompletionLength { get; init; }

    /// <summary>What seq-mean-token-sum-norm divides by instead of <see cref="MaxCompletionLength"/> (verl's name).</summary>
    public double? LossScaleFactor { get; init; }

    /// <summary>Whether a sequence without a token in the loss counts as a sequence.</summary>
    public EmptyRows EmptyRows { get; init; }
}

/// <summary>What a sequence without a token in the loss means to the mean over sequences.</summary>
public enum EmptyRows
{
    /// <summary>It counts as a sequence with loss 0 (TRL).</summary>
    Count,

    /// <summary>It leaves the denominator (verl, OpenRLHF).</summary>
    Skip,
}
