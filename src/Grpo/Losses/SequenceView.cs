namespace Grpo.Losses;

/// <summary>A sequence as spans of double, with every default filled in.</summary>
public readonly ref struct SequenceView
{
    private readonly ReadOnlySpan<byte> _mask;
    private readonly ReadOnlySpan<double> _advantages;

    /// <summary>The memory itself where it is in double precision, else widened copies of its own.</summary>
    internal SequenceView(LossSequence sequence)
        : this(sequence, scratch: null, start: 0, sequence.Length)
    {
    }

    /// <summary>The tokens of a sequence from one on, copied into the scratch when there is one.</summary>
    internal SequenceView(LossSequence sequence, SequenceScratch? scratch, int start, int length)
    {
        Logprobs = Read(sequence.Logprobs, SequenceBuffer.Logprobs);
        OldLogprobsAreGiven = sequence.OldLogprobs is not null;
        OldLogprobs = sequence.OldLogprobs is null ? Logprobs : Read(sequence.OldLogprobs, SequenceBuffer.OldLogprobs);
        RefLogprobs = Read(sequence.RefLogprobs, SequenceBuffer.RefLogprobs);
        RolloutLogprobs = Read(sequence.RolloutLogprobs, SequenceBuffer.RolloutLogprobs);
        Weights = Read(sequence.Weights, SequenceBuffer.Weights);
        Entropies = Read(sequence.Entropies, SequenceBuffer.Entropies);
        _mask = sequence.Mask.IsEmpty ? [] : sequence.Mask.Span.Slice(start, length);
        HasOneAdvantage = sequence.Advantages.Length == 1;
        _advantages = HasOneAdvantage ? sequence.Advantages.Read() : Read(sequence.Advantages, SequenceBuffer.Advantages);
        TokenCount = _mask.IsEmpty ? length : length - _mask.Count((byte)0);

        ReadOnlySpan<double> Read(RealVector? values, SequenceBuffer buffer)
        {
            if (values is null) return [];
            if (scratch is null) return values.Read().Slice(start, length);
            var copy = scratch.Take(buffer, length);
            values.CopyTo(start, copy);
            return copy;
        }
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

    /// <summary>Whether <see cref="OldLogprobs"/> are numbers of their own.</summary>
    internal bool OldLogprobsAreGiven { get; }

    /// <summary>Whether all tokens have the same advantage.</summary>
    internal bool HasOneAdvantage { get; }

    /// <summary>T.</summary>
    public int Length => Logprobs.Length;

    /// <summary>Tokens in the loss, n.</summary>
    public int TokenCount { get; }

    /// <summary>Whether a token is in the loss.</summary>
    public bool Includes(int token) => _mask.IsEmpty || _mask[token] != 0;

    /// <summary>The advantage of a token.</summary>
    public double Advantage(int token) => _advantages[HasOneAdvantage ? 0 : token];
}
