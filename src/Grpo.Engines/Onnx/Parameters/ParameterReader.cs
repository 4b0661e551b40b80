using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Weights;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Parameters;

/// <summary>Reads new values of parameters from a safetensors file: everything that can be checked without a forward pass is checked here.</summary>
internal static class ParameterReader
{
    /// <summary>The longest header accepted: some hundred bytes for each of a hundred thousand parameters.</summary>
    private const int MaxHeaderLength = 16 << 20;

    // A piece is checked right after it came, while it is in the cache. A multiple of every element's size.
    private const int PieceBytes = 1 << 20;

    /// <summary>Reads a file. Its header is checked as a whole before any data is read.</summary>
    /// <param name="names">What may be sent.</param>
    /// <param name="file">The file, at its beginning.</param>
    /// <param name="length">Bytes of the file, where they are known.</param>
    /// <param name="cancellationToken">Calls the reading off.</param>
    /// <returns>Values by parameter, in the graph's layout, which belong to the caller.</returns>
    /// <exception cref="SafetensorsException">A name is unknown, a shape or type differs, a value is not finite, or the file is malformed or cut off.</exception>
    public static async Task<Dictionary<string, SharedMemory>> ReadAsync(ParameterNames names, Stream file, long? length, CancellationToken cancellationToken)
    {
        var source = await SafetensorsReader.OpenAsync(file, length, MaxHeaderLength, cancellationToken);
        if (source.Header.Tensors.Count == 0) throw new SafetensorsException(SafetensorsException.WholeFile, "The file holds no tensors.");
        var meanings = names.Resolve(source.Header.Tensors);
        var values = new Dictionary<string, SharedMemory>();
        try
        {
            foreach (var (tensor, meaning) in meanings)
            {
                var buffer = new NativeBuffer(tensor.ByteCount);
                values.Add(meaning.Parameter.Name, new SharedMemory(buffer, buffer.Address, buffer.Bytes));
                if (meaning.IsTransposed) await ReadTransposedAsync(source, tensor, buffer, cancellationToken);
                else await ReadTensorAsync(source, tensor, buffer, cancellationToken);
            }

            await source.EndAsync(cancellationToken);
            return values;
        }
        catch
        {
            foreach (var value in values.Values) value.Dispose();
            throw;
        }
    }

    /// <summary>The safetensors name of an element type that parameters have.</summary>
    public static SafetensorsDtype DtypeOf(TensorElementType type) => type switch
    {
        TensorElementType.Float => SafetensorsDtype.F32,
        TensorElementType.Float16 => SafetensorsDtype.F16,
        TensorElementType.BFloat16 => SafetensorsDtype.BF16,
        TensorElementType.Double => SafetensorsDtype.F64,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static async Task ReadTransposedAsync(SafetensorsReader source, TensorEntry tensor, NativeBuffer buffer, CancellationToken cancellationToken)
    {
        using var sent = new NativeBuffer(buffer.Bytes);
        await ReadTensorAsync(source, tensor, sent, cancellationToken);
        switch (tensor.Dtype.SizeOf())
        {
            case sizeof(ushort): Transpose<ushort>(sent, buffer, tensor.Shape); break;
            case sizeof(uint): Transpose<uint>(sent, buffer, tensor.Shape); break;
            default: Transpose<ulong>(sent, buffer, tensor.Shape); break;
        }
    }

    // Tiles that fit the cache: a column of a large matrix touches a page for every element.
    private static unsafe void Transpose<T>(NativeBuffer source, NativeBuffer destination, IReadOnlyList<long> shape)
        where T : unmanaged
    {
        const int Tile = 32;
        var (rows, columns) = (shape[0], shape[1]);
        T* from = (T*)source.Address, to = (T*)destination.Address;
        for (long row = 0; row < rows; row += Tile)
        {
            for (long column = 0; column < columns; column += Tile)
            {
                for (var r = row; r < Math.Min(rows, row + Tile); r++)
                {
                    for (var c = column; c < Math.Min(columns, column + Tile); c++) to[(c * rows) + r] = from[(r * columns) + c];
                }
            }
        }
    }

    private static async Task ReadTensorAsync(SafetensorsReader source, TensorEntry tensor, NativeBuffer buffer, CancellationToken cancellationToken)
    {
        for (long start = 0; start < buffer.Bytes; start += PieceBytes)
        {
            var piece = new NativeMemoryView(buffer.Address + (nint)start, (int)Math.Min(PieceBytes, buffer.Bytes - start)).Memory;
            await source.ReadAsync(piece, cancellationToken);
            if (FirstNonFinite(piece.Span, tensor.Dtype) is >= 0 and var at)
            {
                throw new SafetensorsException(tensor.Name, $"The value at position {(start / tensor.Dtype.SizeOf()) + at} (row-major) is not finite.");
            }
        }
    }

    private static int FirstNonFinite(ReadOnlySpan<byte> bytes, SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F32 => FirstNonFinite(MemoryMarshal.Cast<byte, float>(bytes)),
        SafetensorsDtype.F64 => FirstNonFinite(MemoryMarshal.Cast<byte, double>(bytes)),
        SafetensorsDtype.F16 => FirstNonFinite(MemoryMarshal.Cast<byte, Half>(bytes)),
        _ => FirstNonFiniteBrain(MemoryMarshal.Cast<byte, ushort>(bytes)),
    };

    private static int FirstNonFinite<T>(ReadOnlySpan<T> values)
        where T : System.Numerics.INumberBase<T>
    {
        if (TensorPrimitives.IsFiniteAll(values)) return -1;
        var at = 0;
        while (T.IsFinite(values[at])) at++;
        return at;
    }

    // bfloat16: 8 bits of exponent, all of them set for infinity and NaN.
    private static int FirstNonFiniteBrain(ReadOnlySpan<ushort> values)
    {
        const ushort Exponent = 0x7F80;
        for (var at = 0; at < values.Length; at++)
        {
            if ((values[at] & Exponent) == Exponent) return at;
        }

        return -1;
    }
}
