namespace Grpo.Losses;

/// <summary>A loss, its gradient and what to log about it.</summary>
public sealed record LossResult
{
    /// <summary>What is minimised: policy loss plus KL loss; null when it overflowed.</summary>
    public required double? Loss { get; init; }

    /// <summary>The part of the policy term.</summary>
    public required double? PolicyLoss { get; init; }

    /// <summary>The part of the divergence from the reference, beta included.</summary>
    public required double? KlLoss { get; init; }

    /// <summary>d loss / d logprobs, one array per sequence, shape (T) each, in the precision of the logprobs, always finite; null when not asked for.</summary>
    public required IReadOnlyList<RealVector>? GradLogprobs { get; init; }

    /// <summary>Figures under TRL's names; null where undefined.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>Every intermediate number; null when not asked for.</summary>
    public LossExplanation? Explanation { get; init; }
}
