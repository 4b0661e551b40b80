using System.Diagnostics;
using System.Numerics.Tensors;
using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>
/// Runs a GroupQueryAttention graph through its own inputs and outputs. Every sequence has a slot in one cache; the same memory is bound as past
/// and present, so no step copies it, and rows of different length decode together. Sequences are right-padded.
/// </summary>
/// <remarks>
/// The attention mask is as wide as the cache, whatever the lengths: the graph takes each row's length from its sum, and a mask of constant
/// shape lets consecutive steps run on the same bindings, without allocating.
/// </remarks>
internal sealed class SlotDecoder : IDecoder
{
    private const int CapacityStep = 64;

    private readonly DecoderModel _model;
    private readonly int _contextLength;
    private readonly int _maxSequences;
    private readonly long _cacheBytes;
    private readonly SequenceReader _reader;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly int[] _lengths;
    private KvSlots? _slots;
    private PassTensors? _tensors;
    private (int Rows, int Capacity) _boundShape;

    /// <summary>A decoder without sequences.</summary>
    /// <param name="model">The session and its signature.</param>
    /// <param name="contextLength">The most tokens of one sequence; the rotary tables end there.</param>
    /// <param name="maxSequences">The most sequences decoded together.</param>
    /// <param name="cacheBytes">The most bytes of key-value cache.</param>
    /// <param name="prefillChunk">Tokens of a prompt read in one forward pass, at least 1; null leaves it to the reader.</param>
    public SlotDecoder(DecoderModel model, int contextLength, int maxSequences, long cacheBytes, int? prefillChunk = null)
    {
        _model = model;
        _contextLength = contextLength;
        _maxSequences = Math.Max(maxSequences, model.SmallestBatch);
        _cacheBytes = cacheBytes;
        _reader = new SequenceReader(model, prefillChunk);
        _lengths = new int[maxSequences];
        _binding = model.Session.CreateIoBinding();
    }

    /// <inheritdoc/>
    public int VocabSize => _model.Signature.VocabSize;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public TimeSpan ForwardTime { get; private set; }

    /// <inheritdoc/>
    public long CacheBytes => TensorPrimitives.Sum<int>(_lengths) * _model.Signature.Cache.BytesPerToken;

    /// <inheritdoc/>
    public bool Fits(int sequences, int tokensEach) =>
        sequences <= _maxSequences && (long)sequences * RoundUp(tokensEach) * _model.Signature.Cache.BytesPerToken <= _cacheBytes;

    /// <inheritdoc/>
    public Prefix Prefill(ReadOnlySpan<int> prompt) => _reader.ReadPrompt(prompt);

    /// <inheritdoc/>
    public void Join(Prefix prefix)
    {
        MakeRoom(Count + 1, prefix.Length + 1);
        _slots!.CopyRow(((SlotPrefix)prefix).Cache, 0, Count, prefix.Length);
        _lengths[Count] = prefix.Length;
        SetMask(Count);
        Count++;
    }

    /// <inheritdoc/>
    public void Leave(int row)
    {
        Count--;
        if (row != Count)
        {
            _slots!.CopyRow(_slots, Count, row, _lengths[Count]);
            _lengths[row] = _lengths[Count];
            SetMask(row);
        }

        _lengths[Count] = 0;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens)
    {
        MakeRoom(Math.Max(Count, _model.SmallestBatch), TensorPrimitives.Max<int>(_lengths) + 1);
        for (var row = Count; row < _model.SmallestBatch; row++)
        {
            // A row that nobody reads: one token, at the place where the next sequence's first will be.
            _tensors!.SetToken(row, 0, position: 0);
            _tensors.SetMask(row * _slots!.Capacity, 1, isValid: true);
        }

        for (var row = 0; row < Count; row++)
        {
            var position = _lengths[row]++;
            _tensors!.SetToken(row, tokens[row], position);
            _tensors.SetMask((row * _slots!.Capacity) + position, 1, isValid: true);
        }

        Bind();
        var started = Stopwatch.GetTimestamp();
        _model.Session.RunWithBinding(_runOptions, _binding);
        ForwardTime += Stopwatch.GetElapsedTime(started);
        return _tensors!.Logits(0, Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unbind();
        _binding.Dispose();
        _runOptions.Dispose();
        _reader.Dispose();
        _tensors?.Dispose();
        _slots?.Dispose();
    }

    private void MakeRoom(int rows, int tokens)
    {
        if (_slots is not null && rows <= _slots.Rows && tokens <= _slots.Capacity)
        {
            return;
        }

        // Growing copies the cache, so it grows ahead where the budget allows: the copies of a whole decode stay within a small multiple of its size.
        var needed = Math.Max(tokens, TensorPrimitives.Max<int>(_lengths) + 1);
        var (haveRows, haveCapacity) = (_slots?.Rows ?? 0, _slots?.Capacity ?? 0);
        var newRows = rows <= haveRows ? haveRows : Math.Min(_maxSequences, Math.Max(rows, 2 * haveRows));
        var newCapacity = needed <= haveCapacity ? haveCapacity : RoundUp(Math.Max(needed, haveCapacity * 3 / 2));
        if (!Fits(newRows, newCapacity))
        {
            (newRows, newCapacity) = (rows, RoundUp(needed));
        }

        Unbind();
        var slots = new KvSlots(_model.Signature.Cache, newRows, newCapacity);
        for (var row = 0; row < Count; row++)
        {
            slots.CopyRow(_slots!, row, row, _lengths[row]);
        }

        _slots?.Dispose();
        _tensors?.Dispose();
        (_slots, _tensors) = (slots, new PassTensors(_model.Signature, newRows, tokens: 1, newCapacity, everyLogit: false));
        for (var row = 0; row < Count; row++)
        {
            SetMask(row);
        }
    }

    private void Bind()
    {
        var rows = Math.Max(Count, _model.SmallestBatch);
        if (_boundShape == (rows, _slots!.Capacity))
        {
            return;
        }

        // The same memory as past and present: GroupQueryAttention sees the equal pointers and appends in place.
        for (var i = 0; i < _model.Signature.Cache.TensorCount; i++)
        {
            _slots.BindPast(_binding, i, _model.Signature.PastNames[i], rows);
            _slots.BindPresent(_binding, i, _model.Signature.PresentNames[i], rows);
        }

        _tensors!.Bind(_binding, rows, tokens: 1, _slots.Capacity, hasPast: true);
        _boundShape = (rows, _slots.Capacity);
    }

    private void SetMask(int row)
    {
        var capacity = _slots!.Capacity;
        _tensors!.SetMask(row * capacity, _lengths[row], isValid: true);
        _tensors.SetMask((row * capacity) + _lengths[row], capacity - _lengths[row], isValid: false);
    }

    private void Unbind()
    {
        _binding.ClearBoundInputs();
        _binding.ClearBoundOutputs();
        _boundShape = default;
    }

    private int RoundUp(int tokens) => Math.Min(_contextLength, (tokens + CapacityStep - 1) / CapacityStep * CapacityStep);
}
