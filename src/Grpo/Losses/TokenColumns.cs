using System.Numerics;
using System.Runtime.CompilerServices;
using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>The numbers of a sequence's tokens as columns, read several tokens at a time.</summary>
internal readonly ref struct TokenColumns
{
    private readonly double[] _ratios;
    private readonly double[] _logprobs;
    private readonly double[] _oldLogprobs;
    private readonly double[]? _advantages;
    private readonly Vector<double> _sharedAdvantage;
    private readonly long[]? _selected;
    private readonly double[]? _kl;
    private readonly double[] _gradKlLogprobs;
    private readonly double[] _gradKlLogRatios;

    /// <summary>The columns that were prepared in the scratch.</summary>
    public TokenColumns(in SequenceView sequence, SequenceScratch scratch, ReadOnlySpan<bool> selected, bool hasDivergence)
    {
        Included = scratch.Included(sequence);
        LogRatios = scratch.Lanes(SequenceBuffer.LogRatios);
        RolloutWeights = scratch.Lanes(SequenceBuffer.RolloutWeights);
        GradLogRatios = scratch.Lanes(SequenceBuffer.GradLogRatios);
        GradLogprobs = scratch.Lanes(SequenceBuffer.GradLogprobs);
        _ratios = scratch.Lanes(SequenceBuffer.Ratios);
        _logprobs = scratch.Lanes(SequenceBuffer.Logprobs);
        _oldLogprobs = scratch.Lanes(sequence.OldLogprobsAreGiven ? SequenceBuffer.OldLogprobs : SequenceBuffer.Logprobs);
        _advantages = sequence.HasOneAdvantage ? null : scratch.Lanes(SequenceBuffer.Advantages);
        _sharedAdvantage = Vector.Create(sequence.HasOneAdvantage ? sequence.Advantage(0) : 0);
        _selected = selected.IsEmpty ? null : scratch.Selected(selected);
        _kl = hasDivergence ? scratch.Lanes(SequenceBuffer.Kl) : null;
        _gradKlLogprobs = scratch.Lanes(SequenceBuffer.GradKlLogprobs);
        _gradKlLogRatios = scratch.Lanes(SequenceBuffer.GradKlLogRatios);
    }

    /// <summary>All bits 1 where a token is in the loss.</summary>
    public long[] Included { get; }

    /// <summary>Log ratios before their bounds.</summary>
    public double[] LogRatios { get; }

    /// <summary>Weights of the policy term.</summary>
    public double[] RolloutWeights { get; }

    /// <summary>Destination: d loss / d log ratio.</summary>
    public double[] GradLogRatios { get; }

    /// <summary>Destination: d loss / d logprob.</summary>
    public double[] GradLogprobs { get; }

    /// <summary>What the terms of the tokens from <paramref name="t"/> on are computed from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TokenInputs Token(int t) => new()
    {
        Ratio = new(_ratios, t),
        Logprob = new(_logprobs, t),
        OldLogprob = new(_oldLogprobs, t),
        Advantage = _advantages is null ? _sharedAdvantage : new(_advantages, t),
        Selected = _selected is null ? default : new(_selected, t),
    };

    /// <summary>Their divergences, and the gradients by the logprob and by the log ratio; 0 without a KL term.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (Vector<double> Kl, Vector<double> GradLogprob, Vector<double> GradLogRatio) Divergence(int t) =>
        _kl is null ? default : (new(_kl, t), new(_gradKlLogprobs, t), new(_gradKlLogRatios, t));
}
