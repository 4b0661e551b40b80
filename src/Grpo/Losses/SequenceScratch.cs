using System.Buffers;
using System.Numerics;

namespace Grpo.Losses;

/// <summary>What a buffer holds: an input in double precision, or a step of the computation.</summary>
internal enum SequenceBuffer
{
    Logprobs,
    OldLogprobs,
    RefLogprobs,
    RolloutLogprobs,
    Weights,
    Entropies,
    Advantages,
    LogRatios,
    Ratios,
    GradLogRatios,
    RolloutWeights,
    Kl,
    GradKlLogprobs,
    GradKlLogRatios,
    GradLogprobs,
}

/// <summary>
/// The working memory of one thread for one sequence after the other; a buffer is rented when it is first needed. Every buffer is some lanes longer than the
/// sequence, so that the loop over tokens needs no other code for the last ones; what lies there is of no meaning.
/// </summary>
internal sealed class SequenceScratch : IDisposable
{
    private readonly double[]?[] _buffers = new double[]?[Enum.GetValues<SequenceBuffer>().Length];
    private long[]? _included;
    private long[]? _selected;
    private int _lengthOfOnes = -1;
    private int _lengthUnmasked = -1;

    /// <summary>The buffer for a sequence of that length, of any content.</summary>
    public Span<double> Take(SequenceBuffer buffer, int length)
    {
        if (buffer == SequenceBuffer.RolloutWeights) _lengthOfOnes = -1;
        return Rented(ref _buffers[(int)buffer], length).AsSpan(0, length);
    }

    /// <summary>Rollout weights of 1, which most batches have: written once for all tiles of a length.</summary>
    public void TakeOnes(int length)
    {
        if (_lengthOfOnes == length) return;
        Take(SequenceBuffer.RolloutWeights, length).Fill(1);
        _lengthOfOnes = length;
    }

    /// <summary>The whole buffer, lanes beyond the sequence included.</summary>
    public double[] Lanes(SequenceBuffer buffer) => _buffers[(int)buffer] ?? [];

    /// <summary>All bits 1 where a token is in the loss, all 0 where it is not, and beyond the sequence.</summary>
    public long[] Included(in SequenceView sequence)
    {
        var isWhole = sequence.TokenCount == sequence.Length;
        if (isWhole && _lengthUnmasked == sequence.Length) return _included!;
        var lanes = Rented(ref _included, sequence.Length);
        lanes.AsSpan(sequence.Length, Vector<long>.Count).Clear();
        _lengthUnmasked = isWhole ? sequence.Length : -1;
        if (isWhole)
        {
            lanes.AsSpan(0, sequence.Length).Fill(-1);
            return lanes;
        }

        for (var t = 0; t < sequence.Length; t++) lanes[t] = sequence.Includes(t) ? -1 : 0;
        return lanes;
    }

    /// <summary>The same where a token was picked.</summary>
    public long[] Selected(ReadOnlySpan<bool> selected)
    {
        var lanes = Rented(ref _selected, selected.Length);
        for (var t = 0; t < selected.Length; t++) lanes[t] = selected[t] ? -1 : 0;
        return lanes;
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _buffers.Length; i++) Return(ref _buffers[i]);
        Return(ref _included);
        Return(ref _selected);
    }

    private static T[] Rented<T>(ref T[]? buffer, int length)
    {
        var padded = length + Vector<double>.Count;
        if (buffer is not null && buffer.Length >= padded) return buffer;
        Return(ref buffer);
        return buffer = ArrayPool<T>.Shared.Rent(padded);
    }

    private static void Return<T>(ref T[]? buffer)
    {
        if (buffer is not null) ArrayPool<T>.Shared.Return(buffer);
        buffer = null;
    }
}
