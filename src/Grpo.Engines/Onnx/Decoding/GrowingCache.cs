using Grpo.Engines.Onnx.Models;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>
/// A key-value cache without gaps: for every tensor (rows, heads, length, head size), all rows of the same length. That is the shape in which graphs
/// that concatenate their cache read it and answer it. The memory behind it is larger, so that it grows without being allocated anew each time.
/// </summary>
internal sealed unsafe class GrowingCache(KvLayout layout) : IDisposable
{
    private readonly NativeBuffer?[] _tensors = new NativeBuffer?[layout.TensorCount];

    /// <summary>Sequences it holds.</summary>
    public int Rows { get; private set; }

    /// <summary>Tokens of each.</summary>
    public int Length { get; private set; }

    /// <summary>The memory of one tensor; valid until the cache is shaped anew or a row is added.</summary>
    public IntPtr Tensor(int index) => _tensors[index]!.Address;

    /// <summary>Bytes of one tensor.</summary>
    public long TensorBytes => Rows * RowBytes;

    private long RowBytes => Length * layout.BytesPerTensorToken;

    /// <summary>Gives it a shape; its content is undefined then.</summary>
    /// <param name="rows">Sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="ahead">Further tokens to keep memory for.</param>
    public void Reshape(int rows, int length, int ahead)
    {
        (Rows, Length) = (rows, length);
        if (_tensors[0] is null || _tensors[0]!.Bytes < TensorBytes)
        {
            Allocate(rows * (length + ahead) * layout.BytesPerTensorToken, keep: 0);
        }
    }

    /// <summary>Adds a sequence behind the first ones; those after them are dropped.</summary>
    /// <param name="row">How many sequences stay before it.</param>
    /// <param name="prefix">Its cache, of the same length and capacity.</param>
    public void SetRow(int row, KvSlots prefix)
    {
        AddRow(row);
        for (var i = 0; i < _tensors.Length; i++)
        {
            Buffer.MemoryCopy((void*)prefix.Tensor(i), (byte*)Tensor(i) + (row * RowBytes), RowBytes, RowBytes);
        }
    }

    /// <summary>Fills up to so many rows with copies of the first.</summary>
    public void FillUp(int rows)
    {
        for (var row = Rows; row < rows; row++)
        {
            AddRow(row);
            for (var i = 0; i < _tensors.Length; i++)
            {
                Buffer.MemoryCopy((void*)Tensor(i), (byte*)Tensor(i) + (row * RowBytes), RowBytes, RowBytes);
            }
        }
    }

    /// <summary>Copies the last of the first rows to another place and drops it there, with those after it.</summary>
    /// <param name="row">The place, which held the sequence that ends.</param>
    /// <param name="rows">Rows so far.</param>
    public void RemoveRow(int row, int rows)
    {
        Rows = rows - 1;
        if (row == Rows)
        {
            return;
        }

        for (var i = 0; i < _tensors.Length; i++)
        {
            var tensor = (byte*)Tensor(i);
            Buffer.MemoryCopy(tensor + (Rows * RowBytes), tensor + (row * RowBytes), RowBytes, RowBytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor?.Dispose();
        }
    }

    private void AddRow(int row)
    {
        Rows = row + 1;
        if (_tensors[0]!.Bytes < TensorBytes)
        {
            Allocate(2 * TensorBytes, keep: row * RowBytes);
        }
    }

    private void Allocate(long bytes, long keep)
    {
        for (var i = 0; i < _tensors.Length; i++)
        {
            var larger = new NativeBuffer(Math.Max(1, bytes));
            if (keep > 0)
            {
                Buffer.MemoryCopy((void*)Tensor(i), (void*)larger.Address, keep, keep);
            }

            _tensors[i]?.Dispose();
            _tensors[i] = larger;
        }
    }
}
