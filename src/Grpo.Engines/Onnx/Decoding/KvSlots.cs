using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>
/// A key-value cache of fixed size in native memory: for every tensor (rows, heads, capacity, head size), so that the first n rows of each
/// tensor are one contiguous batch. Memory is touched only where tokens are, so an unused capacity costs address space alone.
/// </summary>
internal sealed unsafe class KvSlots : IDisposable
{
    private readonly KvLayout _layout;
    private readonly NativeBuffer[] _tensors;

    /// <summary>Allocates a cache.</summary>
    /// <param name="layout">The shape of one token's cache.</param>
    /// <param name="rows">Sequences, at least 1.</param>
    /// <param name="capacity">Tokens per sequence; 0 for the past of a sequence that has none.</param>
    public KvSlots(KvLayout layout, int rows, int capacity)
    {
        (_layout, Rows, Capacity) = (layout, rows, capacity);
        _tensors = new NativeBuffer[layout.TensorCount];
        for (var i = 0; i < _tensors.Length; i++)
        {
            _tensors[i] = new NativeBuffer(Math.Max(1, TensorBytes(rows)));
        }
    }

    /// <summary>Sequences it can hold.</summary>
    public int Rows { get; }

    /// <summary>Tokens per sequence it can hold.</summary>
    public int Capacity { get; }

    /// <summary>The memory of one tensor.</summary>
    public IntPtr Tensor(int index) => _tensors[index].Address;

    /// <summary>Bytes of the first rows of one tensor.</summary>
    public long TensorBytes(int rows) => rows * Capacity * _layout.BytesPerTensorToken;

    /// <summary>Binds the first rows of a tensor as an input.</summary>
    public void BindPast(OrtIoBinding binding, int index, string name, int rows) =>
        binding.BindInput(name, OrtMemoryInfo.Cpu, _layout.ElementType, [rows, _layout.Heads, Capacity, _layout.HeadSize], Tensor(index), TensorBytes(rows));

    /// <summary>Binds the first rows of a tensor as an output.</summary>
    public void BindPresent(OrtIoBinding binding, int index, string name, int rows) =>
        binding.BindOutput(name, OrtMemoryInfo.Cpu, _layout.ElementType, [rows, _layout.Heads, Capacity, _layout.HeadSize], Tensor(index), TensorBytes(rows));

    /// <summary>Copies the first tokens of one sequence.</summary>
    /// <param name="source">Where from; may be this cache itself.</param>
    /// <param name="sourceRow">The row there.</param>
    /// <param name="row">The row here.</param>
    /// <param name="length">Tokens, at most either capacity.</param>
    public void CopyRow(KvSlots source, int sourceRow, int row, int length)
    {
        var bytes = length * _layout.BytesPerHeadToken;
        for (var i = 0; i < _tensors.Length; i++)
        {
            for (var head = 0; head < _layout.Heads; head++)
            {
                Buffer.MemoryCopy(source.Head(i, sourceRow, head), Head(i, row, head), bytes, bytes);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor.Dispose();
        }
    }

    private byte* Head(int tensor, int row, int head) =>
        (byte*)_tensors[tensor].Address + ((((long)row * _layout.Heads) + head) * Capacity * _layout.BytesPerHeadToken);
}
