namespace Grpo.Losses;

/// <summary>The numbers of one completion that a loss is computed from. Every array has the completion's length T.</summary>
public sealed record LossSequence
{
    /// <summary>Natural-log probability of each token under the policy that is trained, shape (T). The gradient has its precision, single or double.</summary>
    public required RealVector Logprobs { get; init; }

    /// <summary>The same before the update, shape (T); null means equal to <see cref="Logprobs"/>: ratio 1, and the gradient still flows.</summary>
    public RealVector? OldLogprobs { get; init; }

    /// <summary>The same under the frozen reference policy, shape (T); null when there is no KL term.</summary>
    public RealVector? RefLogprobs { get; init; }

    /// <summary>The same as the sampler reported it, shape (T); null when there is no rollout correction.</summary>
    public RealVector? RolloutLogprobs { get; init; }

    /// <summary>1 where a token is in the loss, 0 where it is not, shape (T); empty means all 1. What lies under a 0 is never read.</summary>
    public ReadOnlyMemory<byte> Mask { get; init; }

    /// <summary>Shape (1): one advantage for all tokens; or shape (T).</summary>
    public required RealVector Advantages { get; init; }

    /// <summary>Constant weights of the policy term, shape (T); null means all 1. The KL term is not weighed.</summary>
    public RealVector? Weights { get; init; }

    /// <summary>Entropy of the distribution each token was drawn from, in nats, shape (T); null when nothing reads it.</summary>
    public RealVector? Entropies { get; init; }

    /// <summary>The completion's reward; read only with <see cref="LossOptions.PositiveNllWeight"/>.</summary>
    public double? Reward { get; init; }

    /// <summary>The completion's length, T.</summary>
    public int Length => Logprobs.Length;

    /// <summary>Tokens in the loss, n.</summary>
    public int TokenCount => Mask.IsEmpty ? Length : Length - Mask.Span.Count((byte)0);

    /// <summary>The numbers as spans; single precision is widened into arrays of its own.</summary>
    internal SequenceView View => new(this);

    /// <summary>The sequence in double precision, for what reads it more than once.</summary>
    internal LossSequence Widened() => this with
    {
        Logprobs = Widen(Logprobs)!,
        OldLogprobs = Widen(OldLogprobs),
        RefLogprobs = Widen(RefLogprobs),
        RolloutLogprobs = Widen(RolloutLogprobs),
        Advantages = Widen(Advantages)!,
        Weights = Widen(Weights),
        Entropies = Widen(Entropies),
    };

    private static RealVector? Widen(RealVector? values) => values is { IsSingle: true } ? values.ToArray() : values;
}
