namespace GrpoApi.Features.Loss;

/// <summary>The computation, number by number.</summary>
public sealed record Explanation
{
    /// <summary>One entry per sequence.</summary>
    public required IReadOnlyList<SequenceExplanation> Sequences { get; init; }

    /// <summary>Sum of weight * rollout_weight * min_term over all tokens: -policy_loss.</summary>
    /// <example>0.03</example>
    public required double? Surrogate { get; init; }

    /// <summary>Sum of weight * beta_kl over all tokens: kl_loss.</summary>
    /// <example>0.002</example>
    public required double? KlPenalty { get; init; }

    /// <summary>surrogate - kl_penalty.</summary>
    /// <example>0.028</example>
    public required double? Objective { get; init; }
}

/// <summary>The numbers of one sequence.</summary>
public sealed record SequenceExplanation
{
    /// <summary>The advantage of all its tokens; null when each token has its own.</summary>
    /// <example>0.87</example>
    public required double? Advantage { get; init; }

    /// <summary>One entry per token, shape (T).</summary>
    public required IReadOnlyList<TokenNumbers> Tokens { get; init; }
}

/// <summary>The numbers of one token. A token that is not in the loss has weight 0 and null elsewhere; an overflowed number is null too.</summary>
public sealed record TokenNumbers
{
    /// <summary>r = exp(logprob - old_logprob), or the sequence's ratio.</summary>
    /// <example>1.3</example>
    public required double? Ratio { get; init; }

    /// <summary>r clamped to [1 - epsilon, 1 + epsilon_high].</summary>
    /// <example>1.2</example>
    public required double? ClippedRatio { get; init; }

    /// <summary>r A, with r at most delta.</summary>
    /// <example>1.131</example>
    public required double? UnclippedTerm { get; init; }

    /// <summary>Clipped ratio times A.</summary>
    /// <example>1.044</example>
    public required double? ClippedTerm { get; init; }

    /// <summary>The smaller of the two terms.</summary>
    /// <example>1.044</example>
    public required double? MinTerm { get; init; }

    /// <summary>Whether a bound took the gradient away.</summary>
    /// <example>true</example>
    public required bool Clipped { get; init; }

    /// <summary>The rollout correction's weight of min_term; 1 without a correction.</summary>
    /// <example>1.0</example>
    public required double? RolloutWeight { get; init; }

    /// <summary>The divergence from the reference.</summary>
    /// <example>0.01</example>
    public required double? Kl { get; init; }

    /// <summary>beta * kl.</summary>
    /// <example>0.0004</example>
    public required double? BetaKl { get; init; }

    /// <summary>rollout_weight * min_term - beta_kl.</summary>
    /// <example>1.0436</example>
    public required double? Objective { get; init; }

    /// <summary>The token's weight: loss = -sum of weight * objective.</summary>
    /// <example>0.125</example>
    public required double Weight { get; init; }
}
