using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Grpo.Engines.Weights;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Type of the elements.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Chunks">Its bytes in pieces, little-endian, in C order. A piece may be overwritten once the next is asked for.</param>
public sealed record OutgoingTensor(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, IEnumerable<ReadOnlyMemory<byte>> Chunks)
{
    /// <summary>A vector.</summary>
    /// <typeparam name="T">The type of the elements in memory, which must be that of <paramref name="dtype"/>.</typeparam>
    public static OutgoingTensor Vector<T>(string name, SafetensorsDtype dtype, T[] values)
        where T : unmanaged => Matrix(name, dtype, [values], values.Length) with { Shape = [values.Length] };

    /// <summary>A matrix from rows of different lengths, shape (rows, width); what a row lacks is 0.</summary>
    /// <typeparam name="T">The type of the elements in memory, which must be that of <paramref name="dtype"/>.</typeparam>
    public static OutgoingTensor Matrix<T>(string name, SafetensorsDtype dtype, IReadOnlyList<T[]> rows, int width)
        where T : unmanaged => new(name, dtype, [rows.Count, width], Rows(rows, width));

    /// <summary>One row after the other, each in the same buffer.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Rows<T>(IReadOnlyList<T[]> rows, int width)
        where T : unmanaged
    {
        var padded = new byte[width * Unsafe.SizeOf<T>()];
        foreach (var row in rows)
        {
            var bytes = MemoryMarshal.AsBytes(row.AsSpan());
            bytes.CopyTo(padded);
            padded.AsSpan(bytes.Length).Clear();
            yield return padded;
        }
    }
}
