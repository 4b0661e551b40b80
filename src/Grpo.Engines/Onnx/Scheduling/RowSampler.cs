using System.Collections.Concurrent;
using Grpo.Engines.Onnx.Sampling;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>
/// Draws the next tokens of all sequences of a step, on as many threads as a forward pass has: a softmax in float64 over a large vocabulary takes longer
/// than a forward pass on a GPU. What a sequence draws depends on nothing but its own logits.
/// </summary>
/// <param name="vocabSize">V, the number of logits.</param>
/// <param name="threads">Threads, at least 1.</param>
internal sealed class RowSampler(int vocabSize, int threads)
{
    // Fewer logits than this are done with before another thread is awake.
    private const int FewLogits = 1 << 17;

    private readonly TokenDistribution _own = new(vocabSize);
    private readonly ConcurrentBag<TokenDistribution> _others = [];
    private readonly ParallelOptions _options = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Draws the next token of one sequence.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="logits">Shape (V).</param>
    /// <returns>Null where the model answered no distribution.</returns>
    public DrawnToken? Draw(Sequence sequence, ReadOnlySpan<float> logits) => Draw(sequence, logits, _own);

    /// <summary>Draws the next token of every sequence.</summary>
    /// <param name="sequences">R sequences.</param>
    /// <param name="logits">Shape (R, V).</param>
    /// <param name="drawn">Shape (R); null where the model answered no distribution.</param>
    public unsafe void Draw(IReadOnlyList<Sequence> sequences, ReadOnlySpan<float> logits, DrawnToken?[] drawn)
    {
        if (threads == 1 || logits.Length < FewLogits)
        {
            for (var row = 0; row < sequences.Count; row++)
            {
                drawn[row] = Draw(sequences[row], logits.Slice(row * vocabSize, vocabSize), _own);
            }

            return;
        }

        fixed (float* fixedLogits = logits)
        {
            var first = fixedLogits;
            Parallel.For(0, sequences.Count, _options, Workspace, Row, _others.Add);

            TokenDistribution Row(int row, ParallelLoopState state, TokenDistribution distribution)
            {
                drawn[row] = Draw(sequences[row], new ReadOnlySpan<float>(first + ((long)row * vocabSize), vocabSize), distribution);
                return distribution;
            }
        }
    }

    private static DrawnToken? Draw(Sequence sequence, ReadOnlySpan<float> logits, TokenDistribution distribution)
    {
        try
        {
            return sequence.Draw(logits, distribution);
        }
        catch (NonFiniteLogitsException)
        {
            return null;
        }
    }

    private TokenDistribution Workspace() => _others.TryTake(out var distribution) ? distribution : new TokenDistribution(vocabSize);
}
