namespace Grpo.Losses;

/// <summary>A sequence as spans of double, with every default filled in.</summary>
public readonly ref struct SequenceView
{
    private readonly ReadOnlySpan<byte> _mask;
    private readonly ReadOnlySpan<double> _advantages;

    /// <summary>The spans of a sequence: copies in the scratch, or without one the memory itself where it is in double precision.</summary>
    internal SequenceView(LossSequence sequence, SequenceScratch? scratch)
    {
        Logprobs = Read(sequence.Logprobs, scratch, SequenceBuffer.Logprobs);
        OldLogprobsAreGiven = sequence.OldLogprobs is not null;
        OldLogprobs = sequence.OldLogprobs is null ? Logprobs : Read(sequence.OldLogprobs, scratch, SequenceBuffer.OldLogprobs);
        RefLogprobs = Read(sequence.RefLogprobs, scratch, SequenceBuffer.RefLogprobs);
        RolloutLogprobs = Read(sequence.RolloutLogprobs, scratch, SequenceBuffer.RolloutLogprobs);
        Weights = Read(sequence.Weights, scratch, SequenceBuffer.Weights);
        Entropies = Read(sequence.Entropies, scratch, SequenceBuffer.Entropies);
        _mask = sequence.Mask.Span;
        _advantages = Read(sequence.Advantages, scratch, SequenceBuffer.Advantages);
        TokenCount = sequence.TokenCount;
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
    internal bool HasOneAdvantage => _advantages.Length == 1;

    /// <summary>T.</summary>
    public int Length => Logprobs.Length;

    /// <summary>Tokens in the loss, n.</summary>
    public int TokenCount { get; }

    /// <summary>Whether a token is in the loss.</summary>
    public bool Includes(int token) => _mask.IsEmpty || _mask[token] != 0;

    /// <summary>The advantage of a token.</summary>
    public double Advantage(int token) => _advantages[_advantages.Length == 1 ? 0 : token];

    private static ReadOnlySpan<double> Read(RealVector? values, SequenceScratch? scratch, SequenceBuffer buffer)
    {
        if (values is null) return [];
        if (scratch is null) return values.Read();
        var copy = scratch.Take(buffer, values.Length);
        values.CopyTo(copy);
        return copy;
    }
}
