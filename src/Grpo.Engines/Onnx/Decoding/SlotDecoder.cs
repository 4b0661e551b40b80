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
    // Attention of one long prompt chunk grows with its square, its logits with chunk x V: a bounded chunk bounds both.
    private const int DefaultPrefillChunk = 512;
    private const int CapacityStep = 64;

    private readonly DecoderModel _model;
    private readonly int _contextLength;
    private readonly int _maxSequences;
    private readonly long _cacheBytes;
    private readonly int _prefillChunk;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly int[] _lengths;
    private KvSlots? _slots;
    private StepTensors? _tensors;
    private (int Rows, int Capacity) _boundShape;

    /// <summary>A decoder without sequences.</summary>
    /// <param name="model">The session and its signature.</param>
    /// <param name="contextLength">The most tokens of one sequence; the rotary tables end there.</param>
    /// <param name="maxSequences">The most sequences decoded together.</param>
    /// <param name="cacheBytes">The most bytes of key-value cache.</param>
    /// <param name="prefillChunk">Tokens of a prompt read in one forward pass, at least 1.</param>
    public SlotDecoder(DecoderModel model, int contextLength, int maxSequences, long cacheBytes, int prefillChunk = DefaultPrefillChunk)
    {
        _model = model;
        _contextLength = contextLength;
        _maxSequences = maxSequences;
        _cacheBytes = cacheBytes;
        _prefillChunk = prefillChunk;
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
    public bool Fits(int sequences, int tokensEach) =>
        sequences <= _maxSequences && (long)sequences * RoundUp(tokensEach) * _model.Signature.Cache.BytesPerToken <= _cacheBytes;

    /// <inheritdoc/>
    public Prefix Prefill(ReadOnlySpan<int> prompt)
    {
        var cache = new KvSlots(_model.Signature.Cache, rows: 1, capacity: prompt.Length);
        try
        {
            var logits = new float[VocabSize];
            for (var start = 0; start < prompt.Length; start += _prefillChunk)
            {
                var end = Math.Min(start + _prefillChunk, prompt.Length);
                PrefillOneChunk(cache, prompt[start..end], end, end == prompt.Length ? logits : []);
            }

            return new SlotPrefix(cache, prompt.Length, logits);
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Join(Prefix prefix)
    {
        MakeRoom(Count + 1, prefix.Length + 1);
        _slots!.CopyRow(((SlotPrefix)prefix).Cache, 0, Count, prefix.Length);
        _lengths[Count] = prefix.Length;
        _tensors!.SetLength(Count, prefix.Length);
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
            _tensors!.SetLength(row, _lengths[row]);
        }

        _lengths[Count] = 0;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens)
    {
        MakeRoom(Count, TensorPrimitives.Max<int>(_lengths) + 1);
        for (var row = 0; row < Count; row++)
        {
            _tensors!.Append(row, _lengths[row]++, tokens[row]);
        }

        Bind();
        var started = Stopwatch.GetTimestamp();
        _model.Session.RunWithBinding(_runOptions, _binding);
        ForwardTime += Stopwatch.GetElapsedTime(started);
        return _tensors!.ReadLogits(Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unbind();
        _binding.Dispose();
        _runOptions.Dispose();
        _tensors?.Dispose();
        _slots?.Dispose();
    }

    private void PrefillOneChunk(KvSlots cache, ReadOnlySpan<int> chunk, int total, Span<float> lastLogits)
    {
        var signature = _model.Signature;
        using var inputIds = OrtValue.CreateAllocatedTensor(TensorElementType.Int64, [1, chunk.Length]);
        using var mask = OrtValue.CreateAllocatedTensor(TensorElementType.Int64, [1, total]);
        using var logits = OrtValue.CreateAllocatedTensor(signature.LogitsType, [1, chunk.Length, VocabSize]);
        TensorPrimitives.ConvertTruncating(chunk, inputIds.GetTensorMutableDataAsSpan<long>());
        mask.GetTensorMutableDataAsSpan<long>().Fill(1);
        using var binding = _model.Session.CreateIoBinding();
        BindCache(binding, cache, rows: 1);
        binding.BindInput(DecoderSignature.InputIds, inputIds);
        binding.BindInput(DecoderSignature.AttentionMask, mask);
        binding.BindOutput(DecoderSignature.Logits, logits);
        _model.Session.RunWithBinding(_runOptions, binding);
        if (!lastLogits.IsEmpty)
        {
            LogitsTensor.Read(logits, (chunk.Length - 1) * VocabSize, lastLogits);
        }
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
        var tensors = new StepTensors(newRows, newCapacity, _model.Signature);
        for (var row = 0; row < Count; row++)
        {
            slots.CopyRow(_slots!, row, row, _lengths[row]);
            tensors.SetLength(row, _lengths[row]);
        }

        _slots?.Dispose();
        _tensors?.Dispose();
        (_slots, _tensors) = (slots, tensors);
    }

    private void Bind()
    {
        if (_boundShape == (Count, _slots!.Capacity))
        {
            return;
        }

        BindCache(_binding, _slots, Count);
        _tensors!.Bind(_binding, Count);
        _boundShape = (Count, _slots.Capacity);
    }

    // The same memory as past and present: GroupQueryAttention sees the equal pointers and appends in place.
    private void BindCache(OrtIoBinding binding, KvSlots cache, int rows)
    {
        var signature = _model.Signature;
        ReadOnlySpan<long> shape = [rows, signature.Cache.Heads, cache.Capacity, signature.Cache.HeadSize];
        for (var i = 0; i < signature.Cache.TensorCount; i++)
        {
            var (memory, bytes) = (cache.Tensor(i), cache.TensorBytes(rows));
            binding.BindInput(signature.PastNames[i], OrtMemoryInfo.Cpu, signature.Cache.ElementType, shape, memory, bytes);
            binding.BindOutput(signature.PresentNames[i], OrtMemoryInfo.Cpu, signature.Cache.ElementType, shape, memory, bytes);
        }
    }

    private void Unbind()
    {
        _binding.ClearBoundInputs();
        _binding.ClearBoundOutputs();
        _boundShape = default;
    }

    private int RoundUp(int tokens) => Math.Min(_contextLength, (tokens + CapacityStep - 1) / CapacityStep * CapacityStep);
}
