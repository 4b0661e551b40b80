using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>Log-probabilities and advantages of a batch of completions, and the loss wanted of them.</summary>
public sealed partial record LossRequest
{
    /// <summary>
    /// The loss. With the term min(r A, clip(r, 1 - epsilon, 1 + epsilon_high) A): grpo, bnpo, dr_grpo, dapo, ppo, gspo, gspo_token, luspo, rloo, which
    /// differ in aggregation and in what a ratio spans. With other terms: cispo (sg(clip(r)) A log pi), sapo (a sigmoid of r), vespo (a gamma-shaped weight),
    /// gmpo = geo_mean (geometric mean of clipped ratios), importance_sampling (r A), reinforce = gpg (A log pi), dro (a quadratic pull to the old
    /// policy), dppo_tv (drops tokens whose probability moved too far).
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

    /// <summary>How per-token losses become one number: token-mean, seq-mean-token-mean, seq-mean-token-sum, seq-mean-token-sum-norm or token-sum. null: the loss type's own.</summary>
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

    /// <summary>How the divergence is estimated from x = logprob - ref_logprob: k1 (x), k2 (x^2 / 2), k3 (exp(-x) + x - 1) or abs.</summary>
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

    /// <summary>Whether the gradient is wanted.</summary>
    /// <example>true</example>
    [DefaultValue(true)]
    public bool Gradients { get; init; } = true;

    /// <summary>Whether every intermediate number of every token is wanted.</summary>
    /// <example>false</example>
    public bool Explain { get; init; }

    /// <summary>The completions, shape (N), each of its own length.</summary>
    public required IReadOnlyList<SequenceLogprobs> Sequences { get; init; }
}

/// <summary>Weights w = exp(old_logprob - rollout_logprob) of the policy term, constants to the gradient.</summary>
public sealed record RolloutCorrectionSettings
{
    /// <summary>
    /// token_truncate or token_mask: one weight per token; sequence_truncate or sequence_mask: one per sequence, of the summed log-probabilities. A weight
    /// beyond the bounds is set to the bound (truncate) or to 0 (mask). null: no correction.
    /// </summary>
    /// <example>null</example>
    public string? Mode { get; init; }

    /// <summary>The largest weight; null: 3, as in TRL. verl, slime and SkyRL use 2.</summary>
    /// <example>null</example>
    public double? ClipMax { get; init; }

    /// <summary>The smallest weight; null: none.</summary>
    /// <example>null</example>
    public double? ClipMin { get; init; }
}

/// <summary>What the sums are divided by. Losses and gradients of micro-batches that name the counts of the whole batch add up to those of the whole.</summary>
public sealed record NormalizerCounts
{
    /// <summary>Tokens in the loss over the whole batch, for token-mean; null: those of this request.</summary>
    /// <example>null</example>
    public double? NumItemsInBatch { get; init; }

    /// <summary>Sequences of the whole batch, for the seq-mean aggregations; null: those of this request.</summary>
    /// <example>null</example>
    public double? GlobalBatchSize { get; init; }

    /// <summary>The generation limit in tokens, for seq-mean-token-sum-norm (Dr. GRPO); null: the longest sequence of this request.</summary>
    /// <example>null</example>
    public double? MaxCompletionLength { get; init; }

    /// <summary>What seq-mean-token-sum-norm divides by instead of max_completion_length (verl's name).</summary>
    /// <example>null</example>
    public double? LossScaleFactor { get; init; }

    /// <summary>Whether a sequence without a token in the loss counts as a sequence (TRL, the default) or is skipped (verl).</summary>
    /// <example>count</example>
    public EmptyRows EmptyRows { get; init; }
}

/// <summary>One completion. Every array has its length T; natural logarithms, at the sampling temperature.</summary>
public sealed record SequenceLogprobs
{
    /// <summary>Of each token under the policy that is trained, shape (T).</summary>
    /// <example>[-0.9, -1.8, -0.4]</example>
    public required double[] Logprobs { get; init; }

    /// <summary>The same before the update, shape (T). Absent: equal to logprobs; the ratio is 1 and the gradient flows.</summary>
    /// <example>[-1.0, -2.0, -0.5]</example>
    public double[]? OldLogprobs { get; init; }

    /// <summary>The same under the frozen reference policy, shape (T); needed when beta is not 0.</summary>
    /// <example>[-1.1, -1.9, -0.5]</example>
    public double[]? RefLogprobs { get; init; }

    /// <summary>The same as the sampler reported it, shape (T); needed by rollout_correction.</summary>
    /// <example>[-1.0, -2.0, -0.5]</example>
    public double[]? RolloutLogprobs { get; init; }

    /// <summary>1 where a token is in the loss, 0 where not (padding, prompt, tool output), shape (T). Absent: all 1.</summary>
    /// <example>[1, 1, 1]</example>
    public double[]? Mask { get; init; }

    /// <summary>The advantage of all tokens. Either this or advantages.</summary>
    /// <example>0.87</example>
    public double? Advantage { get; init; }

    /// <summary>The advantage of each token, shape (T). Either this or advantage.</summary>
    public double[]? Advantages { get; init; }
}
