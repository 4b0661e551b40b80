using System.Diagnostics;
using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>
/// Runs a graph that concatenates its cache (plain attention, as optimum and transformers.js export it): a step reads all rows' caches and answers
/// them one token longer. Sequences of the same length run together, those of different lengths one after the other.
/// </summary>
/// <remarks>
/// Rows of different length could share a pass by padding, with holes in the mask. But then the bits of a row would depend on the lengths of the
/// others, since sums over a padded row add in another order; several of these graphs take no position_ids and count positions by the place in the
/// cache; and all would read the longest row's padding. The completions of a group begin at one length and stay together, which is what matters.
/// On a device the cache stays in the device's memory from step to step.
/// </remarks>
internal sealed class ConcatDecoder : IDecoder
{
    private readonly DecoderModel _model;
    private readonly int _maxSequences;
    private readonly long _cacheBytes;
    private readonly SequenceReader _reader;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly List<EqualLengthBatch> _batches = [];
    private float[] _logits = [];

    /// <summary>A decoder without sequences.</summary>
    /// <param name="model">The session and its signature.</param>
    /// <param name="maxSequences">The most sequences held.</param>
    /// <param name="cacheBytes">The most bytes of key-value cache.</param>
    /// <param name="prefillChunk">Tokens of a prompt read in one forward pass, at least 1; null leaves it to the reader.</param>
    public ConcatDecoder(DecoderModel model, int maxSequences, long cacheBytes, int? prefillChunk = null)
    {
        (_model, _maxSequences, _cacheBytes) = (model, maxSequences, cacheBytes);
        _reader = new SequenceReader(model, prefillChunk);
        _binding = model.Session.CreateIoBinding();
    }

    /// <inheritdoc/>
    public int VocabSize => _model.Signature.VocabSize;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public TimeSpan ForwardTime { get; private set; }

    /// <inheritdoc/>
    public long CacheBytes => _batches.Sum(batch => (long)batch.Rows.Count * batch.Length) * _model.Signature.Cache.BytesPerToken;

    /// <inheritdoc/>
    /// <remarks>The cache of a step lives twice: as it was, and one token longer.</remarks>
    public bool Fits(int sequences, int tokensEach) =>
        sequences <= _maxSequences && 2L * sequences * tokensEach * _model.Signature.Cache.BytesPerToken <= _cacheBytes;

    /// <inheritdoc/>
    public Prefix Prefill(ReadOnlySpan<int> prompt) => _reader.ReadPrompt(prompt);

    /// <inheritdoc/>
    public void Join(Prefix prefix)
    {
        var batch = _batches.Find(batch => batch.Length == prefix.Length && batch.MayGrow);
        if (batch is null)
        {
            _batches.Add(batch = new EqualLengthBatch(_model, prefix.Length));
        }

        batch.Add(Count++, prefix);
    }

    /// <inheritdoc/>
    public void Leave(int row)
    {
        var (batch, index) = Find(row);
        batch.RemoveAt(index);
        Count--;
        if (row != Count)
        {
            var (lastBatch, lastIndex) = Find(Count);
            lastBatch.Renumber(lastIndex, row);
        }

        if (batch.IsEmpty)
        {
            _batches.Remove(batch);
            batch.Dispose();
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens)
    {
        if (_batches is [{ IsInOrder: true } only])
        {
            Run(only, tokens);
            only.Complete(_binding);
            return only.Logits;
        }

        if (_logits.Length < Count * VocabSize)
        {
            _logits = new float[Count * VocabSize];
        }

        foreach (var batch in _batches)
        {
            Run(batch, tokens);
            var logits = batch.Logits;
            for (var index = 0; index < batch.Rows.Count; index++)
            {
                if (batch.Rows[index] == EqualLengthBatch.Ended)
                {
                    continue;
                }

                logits.Slice(index * VocabSize, VocabSize).CopyTo(_logits.AsSpan(batch.Rows[index] * VocabSize));
            }

            batch.Complete(_binding);
        }

        return _logits.AsSpan(0, Count * VocabSize);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _runOptions.Dispose();
        _reader.Dispose();
        _batches.ForEach(batch => batch.Dispose());
    }

    private void Run(EqualLengthBatch batch, ReadOnlySpan<int> tokens)
    {
        batch.Bind(_binding, tokens);
        var started = Stopwatch.GetTimestamp();
        _model.Session.RunWithBinding(_runOptions, _binding);
        ForwardTime += Stopwatch.GetElapsedTime(started);
    }

    private (EqualLengthBatch Batch, int Index) Find(int row)
    {
        foreach (var batch in _batches)
        {
            for (var index = 0; index < batch.Rows.Count; index++)
            {
                if (batch.Rows[index] == row)
                {
                    return (batch, index);
                }
            }
        }

        throw new ArgumentOutOfRangeException(nameof(row), row, "No sequence has this row.");
    }
}
