using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Grpo.Engines.Weights;
using Grpo.Losses;

namespace GrpoApi.Http.Tensors;

/// <summary>Reads the rows of float tensors and masks, and writes them.</summary>
internal static class FloatTensors
{
    /// <summary>Refuses element types but F32 and F64.</summary>
    /// <exception cref="SafetensorsException">It is another one.</exception>
    public static TensorEntry RequireFloats(this TensorEntry tensor) => tensor.Dtype is SafetensorsDtype.F32 or SafetensorsDtype.F64
        ? tensor
        : throw new SafetensorsException(tensor.Name, $"Must be F32 or F64, not {tensor.Dtype.NameOf()}.");

    /// <summary>Refuses another shape.</summary>
    /// <exception cref="SafetensorsException">The shape is another one.</exception>
    public static TensorEntry RequireShape(this TensorEntry tensor, params ReadOnlySpan<long> shape) => tensor.Shape.SequenceEqual(shape.ToArray())
        ? tensor
        : throw new SafetensorsException(tensor.Name, $"Has the shape {tensor.ShapeText}; {TensorEntry.TextOf(shape.ToArray())} is needed.");

    /// <summary>One row of a matrix, shape (T); of a vector, one element. A view of the file.</summary>
    public static RealVector Row(this SafetensorsFile file, TensorEntry tensor, int row) =>
        new(RowBytes(file, tensor, row), isSingle: tensor.Dtype == SafetensorsDtype.F32);

    /// <summary>One row of a mask, shape (T). A view of the file.</summary>
    public static ReadOnlyMemory<byte> MaskRow(this SafetensorsFile file, TensorEntry mask, int row) => RowBytes(file, mask, row);

    /// <summary>A matrix to be written, shape (rows, width); what a row lacks is 0.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dtype">F32 or F64.</param>
    /// <param name="rows">The rows, in any precision.</param>
    /// <param name="width">The longest row, or more.</param>
    public static OutgoingTensor Matrix(string name, SafetensorsDtype dtype, IReadOnlyList<RealVector> rows, int width) =>
        new(name, dtype, [rows.Count, width], dtype == SafetensorsDtype.F32 ? Rows<float>(rows, width, (row, buffer) => row.CopyTo(buffer)) : Rows<double>(rows, width, (row, buffer) => row.CopyTo(buffer)));

    private static ReadOnlyMemory<byte> RowBytes(SafetensorsFile file, TensorEntry tensor, int row)
    {
        var width = (int)(tensor.Shape.Count == 1 ? 1 : tensor.Shape[1]) * tensor.Dtype.SizeOf();
        return file.Bytes(tensor).Slice(row * width, width);
    }

    /// <summary>One row after the other, each in the same buffer.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Rows<T>(IReadOnlyList<RealVector> rows, int width, CopyRow<T> copy)
        where T : unmanaged
    {
        var padded = new byte[width * Unsafe.SizeOf<T>()];
        foreach (var row in rows)
        {
            var numbers = MemoryMarshal.Cast<byte, T>(padded.AsSpan());
            copy(row, numbers[..row.Length]);
            numbers[row.Length..].Clear();
            yield return padded;
        }
    }

    private delegate void CopyRow<T>(RealVector row, Span<T> buffer);
}
