using System.ComponentModel;
using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <content>Bounds, masks and further terms, most of them what one trainer does and another does not.</content>
public partial record LossChoices
{
    /// <summary>The objective of a token with negative advantage is at least this times the advantage (dual clip), above 1; null: none. verl 3.</summary>
    /// <example>null</example>
    public double? DualClip { get; init; }

    /// <summary>Log ratios are raised to this, and have no gradient below; null: none. verl and OpenRLHF -20.</summary>
    /// <example>null</example>
    public double? LogRatioMin { get; init; }

    /// <summary>Log ratios are lowered to this, and have no gradient above; null: none. verl and OpenRLHF 20, verl's gspo 10.</summary>
    /// <example>null</example>
    public double? LogRatioMax { get; init; }

    /// <summary>logprob - ref_logprob is clamped to plus and minus this before the divergence is estimated; null: none. NeMo-RL 20.</summary>
    /// <example>null</example>
    public double? KlInputClamp { get; init; }

    /// <summary>The divergence is clamped to plus and minus this; null: none. OpenRLHF and NeMo-RL 10.</summary>
    /// <example>null</example>
    public double? KlOutputClamp { get; init; }

    /// <summary>The value of the estimator with the gradient of k2 (verl's "k3+").</summary>
    /// <example>false</example>
    public bool KlStraightThrough { get; init; }

    /// <summary>What the divergence is multiplied by: none, ratio (as use_bias_correction_kl), score_function (exp(lp - sg lp)), rollout_ratio (exp(lp - rollout)).</summary>
    /// <example>none</example>
    [DefaultValue(KlWeight.None)]
    public KlWeight KlWeight { get; init; }

    /// <summary>Whether kl_output_clamp bounds the weighed divergence (slime's low_var_kl).</summary>
    /// <example>false</example>
    public bool KlClampAfterWeight { get; init; }

    /// <summary>How the divergences of tokens become one number, by the names of aggregation; null: as the policy term. OpenRLHF token-mean, SkyRL seq-mean-token-mean.</summary>
    /// <example>null</example>
    public string? KlAggregation { get; init; }

    /// <summary>
    /// Drops the policy term of a sequence with negative advantage when the mean of rollout_logprobs (else old_logprobs) - logprobs is above this; null: never.
    /// slime 1e-4.
    /// </summary>
    /// <example>null</example>
    public double? OffPolicyMaskThreshold { get; init; }

    /// <summary>Share of the tokens, those of the highest entropy, that keep their policy term, above 0 and at most 1; below 1 it needs entropies.</summary>
    /// <example>1.0</example>
    [DefaultValue(1.0)]
    public double TopEntropyQuantile { get; init; } = 1;

    /// <summary>Weight of the mean entropy, which is subtracted from the loss; other than 0 it needs entropies. d loss / d entropy is -entropy_coef / tokens.</summary>
    /// <example>0.0</example>
    [DefaultValue(0.0)]
    public double EntropyCoef { get; init; }

    /// <summary>
    /// Weight of the negative log-likelihood of the tokens of sequences with a positive reward (VAPO), which is added to the loss; other than 0 it needs reward.
    /// </summary>
    /// <example>0.0</example>
    [DefaultValue(0.0)]
    public double PositiveNllWeight { get; init; }

    /// <summary>clip_cov: which tokens are left out.</summary>
    public ClipCovSettings? ClipCov { get; init; }

    /// <summary>kl_cov: which tokens are penalised, and how much.</summary>
    public KlCovSettings? KlCov { get; init; }

    /// <summary>value: how far a value may move from the old one, at least 0.</summary>
    /// <example>0.2</example>
    [DefaultValue(0.2)]
    public double CliprangeValue { get; init; } = 0.2;

    /// <summary>The settings alone, without what a request adds to them.</summary>
    internal LossChoices Choices => new(this);

    /// <summary>Whether rollout_logprobs are read.</summary>
    internal bool ReadsRollout => RolloutCorrection?.Mode is not null || RolloutCorrection?.Rejection is { Count: > 0 } || (Beta != 0 && KlWeight == KlWeight.RolloutRatio);
}

/// <summary>Clip-Cov: a share of the tokens, drawn among those with a covariance between two bounds, is left out.</summary>
public sealed record ClipCovSettings
{
    /// <summary>The share, in [0, 1]; at least one token.</summary>
    /// <example>0.0002</example>
    [DefaultValue(2e-4)]
    public double Ratio { get; init; } = 2e-4;

    /// <summary>Lower bound of the covariance.</summary>
    /// <example>1.0</example>
    [DefaultValue(1.0)]
    public double LowerBound { get; init; } = 1;

    /// <summary>Upper bound of the covariance.</summary>
    /// <example>5.0</example>
    [DefaultValue(5.0)]
    public double UpperBound { get; init; } = 5;

    /// <summary>Makes the draw repeatable.</summary>
    /// <example>0</example>
    public int Seed { get; init; }
}

/// <summary>KL-Cov: the tokens of the largest covariance pay for moving away from the old policy.</summary>
public sealed record KlCovSettings
{
    /// <summary>The share of tokens, in [0, 1]; at least one token.</summary>
    /// <example>0.0002</example>
    [DefaultValue(2e-4)]
    public double Ratio { get; init; } = 2e-4;

    /// <summary>Weight of |logprob - old_logprob|, at least 0.</summary>
    /// <example>0.1</example>
    [DefaultValue(0.1)]
    public double Coef { get; init; } = 0.1;
}
