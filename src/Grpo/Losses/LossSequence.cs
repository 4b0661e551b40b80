namespace Grpo.Losses;

/// <summary>The numbers of one completion that a loss is computed from. Every array has the completion's length T.</summary>
public sealed record LossSequence
{
    /// <summary>Natural-log probability of each token under the policy that is trained, shape (T).</summary>
    public required ReadOnlyMemory<double> Logprobs { get; init; }

    /// <summary>The same before the update, shape (T); empty means equal to <see cref="Logprobs"/>: ratio 1, and the gradient still flows.</summary>
    public ReadOnlyMemory<double> OldLogprobs { get; init; }

    /// <summary>The same under the frozen reference policy, shape (T); empty when there is no KL term.</summary>
    public ReadOnlyMemory<double> RefLogprobs { get; init; }

    /// <summary>The same as the sampler reported it, shape (T); empty when there is no rollout correction.</summary>
    public ReadOnlyMemory<double> RolloutLogprobs { get; init; }

    /// <summary>1 where a token is in the loss, 0 where it is not, shape (T); empty means all 1. What lies under a 0 is never read.</summary>
    public ReadOnlyMemory<byte> Mask { get; init; }

    /// <summary>Shape (1): one advantage for all tokens; or shape (T).</summary>
    public required ReadOnlyMemory<double> Advantages { get; init; }

    /// <summary>Constant weights of the policy term, shape (T); empty means all 1. The KL term is not weighed.</summary>
    public ReadOnlyMemory<double> Weights { get; init; }

    /// <summary>Entropy of the distribution each token was drawn from, in nats, shape (T); empty when nothing reads it.</summary>
    public ReadOnlyMemory<double> Entropies { get; init; }

    /// <summary>The completion's length, T.</summary>
    public int Length => Logprobs.Length;

    /// <summary>Tokens in the loss, n.</summary>
    public int TokenCount => Mask.IsEmpty ? Length : Length - Mask.Span.Count((byte)0);

    internal SequenceView View => new(this);
}

/// <summary>A sequence as spans, with every default filled in.</summary>
public readonly ref struct SequenceView
{
    private readonly ReadOnlySpan<byte> _mask;
    private readonly ReadOnlySpan<double> _advantages;

    internal SequenceView(LossSequence sequence)
    {
        Logprobs = sequence.Logprobs.Span;
        OldLogprobs = sequence.OldLogprobs.IsEmpty ? Logprobs : sequence.OldLogprobs.Span;
        RefLogprobs = sequence.RefLogprobs.Span;
        RolloutLogprobs = sequence.RolloutLogprobs.Span;
        Weights = sequence.Weights.Span;
        Entropies = sequence.Entropies.Span;
        _mask = sequence.Mask.Span;
        _advantages = sequence.Advantages.Span;
        TokenCount = _mask.IsEmpty ? Length : Length - _mask.Count((byte)0);
    }

    /// <summary>Under the policy that is trained, shape (T).</summary>
    public ReadOnlySpan<double> Logprobs { get; }

    /// <summary>Before the update, shape (T).</summary>
    public ReadOnlySpan<double> OldLogprobs { get; }

    /// <summary>Under the reference policy, shape (T) or empty.</summary>
    public ReadOnlySpan<double> RefLogprobs { get; }

    /// <summary>As the sampler reported it, shape (T) or empty.</summary>
    public ReadOnlySpan<double> RolloutLogprobs { get; }

    /// <summary>Constant weights of the policy term, shape (T) or empty.</summary>
    public ReadOnlySpan<double> Weights { get; }

    /// <summary>Entropies, shape (T) or empty.</summary>
    public ReadOnlySpan<double> Entropies { get; }

    /// <summary>T.</summary>
    public int Length => Logprobs.Length;

    /// <summary>Tokens in the loss, n.</summary>
    public int TokenCount { get; }

    /// <summary>Whether a token is in the loss.</summary>
    public bool Includes(int token) => _mask.IsEmpty || _mask[token] != 0;

    /// <summary>The advantage of a token.</summary>
    public double Advantage(int token) => _advantages[_advantages.Length == 1 ? 0 : token];
}
