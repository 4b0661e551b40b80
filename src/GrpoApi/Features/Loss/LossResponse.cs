using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>The loss, its gradient and what to log about it.</summary>
public sealed record LossResponse
{
    /// <summary>What is minimised: policy_loss + kl_loss. null when it overflowed.</summary>
    /// <example>-0.42</example>
    public required double? Loss { get; init; }

    /// <summary>What is maximised: -loss.</summary>
    /// <example>0.42</example>
    public required double? Objective { get; init; }

    /// <summary>The part of the clipped surrogate.</summary>
    /// <example>-0.43</example>
    public required double? PolicyLoss { get; init; }

    /// <summary>The part of the divergence from the reference, beta included.</summary>
    /// <example>0.01</example>
    public required double? KlLoss { get; init; }

    /// <summary>
    /// Figures under TRL's names; null where undefined. clip_ratio/* is the share of tokens (of sequences at level sequence) whose gradient the clip range
    /// took away; approx_kl is the mean of r - 1 - log r; nonfinite_tokens counts tokens left out of the gradient because a number overflowed.
    /// </summary>
    /// <example>{"kl": 0.05, "clip_ratio/low_mean": 0.0, "clip_ratio/high_mean": 0.02, "clip_ratio/region_mean": 0.02, "ratio/mean": 1.0, "approx_kl": 0.001, "nonfinite_tokens": 0}</example>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>One entry per sequence, in the order sent.</summary>
    public required IReadOnlyList<SequenceGradient> Sequences { get; init; }

    /// <summary>What trainer_config means in the settings of the request; null without one.</summary>
    public LossChoices? Canonical { get; init; }

    /// <summary>Every intermediate number; null unless explain was set.</summary>
    public Explanation? Explanation { get; init; }
}

/// <summary>The gradient of one sequence.</summary>
/// <remarks>In PyTorch: logprobs.backward(gradient=grad_logprobs).</remarks>
public sealed record SequenceGradient
{
    /// <summary>d loss / d logprobs, shape (T), always finite, 0 under a 0 of the mask; null when gradients is false.</summary>
    /// <example>[-0.2, 0.0, -0.3]</example>
    public RealVector? GradLogprobs { get; init; }

    /// <summary>Loss type value: d loss / d values, shape (T); else null.</summary>
    /// <example>null</example>
    public RealVector? GradValues { get; init; }

    /// <summary>What a trainer logs per sequence, under its own names; null for trainers that do not.</summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, double?>? Metrics { get; init; }
}
