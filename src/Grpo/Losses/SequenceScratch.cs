using System.Buffers;

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

/// <summary>The working memory of one thread for one sequence after the other; a buffer is rented when it is first needed.</summary>
internal sealed class SequenceScratch : IDisposable
{
    private readonly double[]?[] _buffers = new double[]?[Enum.GetValues<SequenceBuffer>().Length];

    /// <summary>The buffer, of any content.</summary>
    public Span<double> Take(SequenceBuffer buffer, int length)
    {
        ref var rented = ref _buffers[(int)buffer];
        if (rented is null || rented.Length < length)
        {
            if (rented is not null) ArrayPool<double>.Shared.Return(rented);
            rented = ArrayPool<double>.Shared.Rent(length);
        }

        return rented.AsSpan(0, length);
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        foreach (var rented in _buffers.OfType<double[]>()) ArrayPool<double>.Shared.Return(rented);
        _buffers.AsSpan().Clear();
    }
}
