using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace GrpoApi.Features.Loss;

/// <summary>The settings of a loss: what is computed of the log-probabilities and advantages of a batch of completions.</summary>
public partial record LossChoices
{
    /// <summary>
    /// The loss. With the term min(r A, clip(r, 1 - epsilon, 1 + epsilon_high) A): grpo, bnpo, dr_grpo, dapo, ppo, gspo, gspo_token, luspo, rloo, which
    /// differ in aggregation and in what a ratio spans. With other terms: cispo (sg(clip(r)) A log pi), sapo (a sigmoid of r), vespo (a gamma-shaped weight),
    /// gmpo = geo_mean (geometric mean of clipped ratios), importance_sampling (r A), reinforce = gpg (A log pi), dro (a quadratic pull to the old
    /// policy), dppo_tv and dppo_kl (drop tokens whose probability moved too far), tv_mask, tv_mask_both_sides and ratio_mask (r A inside a trust region, 0
    /// outside), clip_cov and kl_cov (leave out or penalise tokens by covariance), cross_entropy (w log pi, advantages are the weights w), value (a PPO critic:
    /// sequences give values, old_values, returns). Alias: vanilla = grpo.
    /// </summary>
    /// <example>grpo</example>
    [DefaultValue("grpo")]
    public string LossType { get; init; } = "grpo";

    /// <summary>
    /// What one ratio spans: token; sequence (GSPO: the geometric mean over tokens); sequence_token (GSPO's value, the token's own gradient);
    /// sequence_product (RLOO); sequence_clipped (GMPO). null: the loss type's own, which is token for most.
    /// </summary>
    /// <example>token</example>
    public string? ImportanceSamplingLevel { get; init; }

    /// <summary>How per-token losses become one number: token-mean, seq-mean-token-mean, seq-mean-token-sum, seq-mean-token-sum-norm, token-sum or prompt-mean. null: the loss type's own.</summary>
    /// <example>null</example>
    public string? Aggregation { get; init; }

    /// <summary>Clip range below 1.</summary>
    /// <example>0.2</example>
    [Range(0, double.MaxValue)]
    [DefaultValue(0.2)]
    public double Epsilon { get; init; } = 0.2;

    /// <summary>Clip range above 1; null: epsilon. DAPO 0.28.</summary>
    /// <example>0.28</example>
    [Range(0, double.MaxValue)]
    public double? EpsilonHigh { get; init; }

    /// <summary>Upper bound of the ratio where the advantage is negative (two-sided clipping), above 1 + epsilon_high; null: none.</summary>
    /// <example>null</example>
    public double? Delta { get; init; }

    /// <summary>Weight of the divergence from the reference policy; anything but 0 needs ref_logprobs.</summary>
    /// <example>0.04</example>
    [Range(0, double.MaxValue)]
    [DefaultValue(0.0)]
    public double Beta { get; init; }

    /// <summary>
    /// How the divergence is estimated from x = logprob - ref_logprob: k1 = kl (x), k2 = mse (x^2 / 2), k3 = low_var_kl (exp(-x) + x - 1), abs, k4 (x times the
    /// ratio). full: exact over the sequences as outcomes, the sum of p log(p / p_ref) with p the product of a sequence's token probabilities.
    /// </summary>
    /// <example>k3</example>
    [DefaultValue("k3")]
    public string KlEstimator { get; init; } = "k3";

    /// <summary>Whether the divergence is multiplied by the ratio, which makes its gradient unbiased (DeepSeek-V3.2).</summary>
    /// <example>false</example>
    public bool UseBiasCorrectionKl { get; init; }

    /// <summary>How the policy term is weighed for the gap between the sampler and the trainer; needs rollout_logprobs.</summary>
    public RolloutCorrectionSettings? RolloutCorrection { get; init; }

    /// <summary>Counts of the whole batch, when these sequences are a micro-batch of it.</summary>
    public NormalizerCounts? Normalizer { get; init; }
}
