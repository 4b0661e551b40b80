using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Grpo.Losses;

/// <summary>
/// Numbers in double or single precision, one per token, as they lie in the caller's memory: nothing is copied until it is computed with, which is done in
/// double.
/// </summary>
[CollectionBuilder(typeof(RealVector), nameof(Create))]
public sealed class RealVector : IReadOnlyList<double>
{
    private readonly ReadOnlyMemory<double> _doubles;
    private readonly ReadOnlyMemory<float> _singles;
    private readonly ReadOnlyMemory<byte> _bytes;

    private RealVector(bool isSingle, int length) => (IsSingle, Length) = (isSingle, length);

    /// <summary>A vector over double precision numbers.</summary>
    public RealVector(ReadOnlyMemory<double> values)
        : this(isSingle: false, values.Length) => _doubles = values;

    /// <summary>A vector over single precision numbers.</summary>
    public RealVector(ReadOnlyMemory<float> values)
        : this(isSingle: true, values.Length) => _singles = values;

    /// <summary>A vector over the bytes of a file in the byte order of this machine, at any address.</summary>
    /// <param name="bytes">Four bytes for each number, or eight.</param>
    /// <param name="isSingle">Whether it is four.</param>
    public RealVector(ReadOnlyMemory<byte> bytes, bool isSingle)
        : this(isSingle, bytes.Length / (isSingle ? sizeof(float) : sizeof(double))) => _bytes = bytes;

    /// <summary>Whether the numbers are in single precision.</summary>
    public bool IsSingle { get; }

    /// <summary>How many there are.</summary>
    public int Length { get; }

    int IReadOnlyCollection<double>.Count => Length;

    /// <inheritdoc/>
    public double this[int index] => IsSingle ? Singles[index] : Doubles[index];

    private ReadOnlySpan<double> Doubles => _bytes.IsEmpty ? _doubles.Span : MemoryMarshal.Cast<byte, double>(_bytes.Span);

    private ReadOnlySpan<float> Singles => _bytes.IsEmpty ? _singles.Span : MemoryMarshal.Cast<byte, float>(_bytes.Span);

    /// <summary>A vector over an array; null for null.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator RealVector?(double[]? values) => values is null ? null : new(values.AsMemory());

    /// <summary>A vector over an array; null for null.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator RealVector?(float[]? values) => values is null ? null : new(values.AsMemory());

    /// <summary>A vector of a copy.</summary>
    public static RealVector Create(ReadOnlySpan<double> values) => new(values.ToArray());

    /// <summary>The numbers in double precision: the memory itself, or a widened copy.</summary>
    public ReadOnlySpan<double> Read() => IsSingle ? ToArray() : Doubles;

    /// <summary>Copies the numbers.</summary>
    public void CopyTo(Span<double> destination)
    {
        if (IsSingle) TensorPrimitives.ConvertTruncating(Singles, destination);
        else Doubles.CopyTo(destination);
    }

    /// <summary>Copies as many of the numbers as there is room for, from one on.</summary>
    public void CopyTo(int start, Span<double> destination)
    {
        if (IsSingle) TensorPrimitives.ConvertTruncating(Singles.Slice(start, destination.Length), destination);
        else Doubles.Slice(start, destination.Length).CopyTo(destination);
    }

    /// <summary>Copies the numbers, rounded to single precision.</summary>
    public void CopyTo(Span<float> destination)
    {
        if (IsSingle) Singles.CopyTo(destination);
        else TensorPrimitives.ConvertTruncating(Doubles, destination);
    }

    /// <summary>A copy in double precision.</summary>
    public double[] ToArray()
    {
        var copy = new double[Length];
        CopyTo(copy);
        return copy;
    }

    /// <summary>Whether none of the numbers is an infinity or not a number.</summary>
    public bool IsFinite() => IsSingle ? TensorPrimitives.IsFiniteAll(Singles) : TensorPrimitives.IsFiniteAll(Doubles);

    /// <summary>A part of the vector; nothing is copied.</summary>
    public RealVector Slice(int start, int length)
    {
        var size = IsSingle ? sizeof(float) : sizeof(double);
        if (!_bytes.IsEmpty) return new(_bytes.Slice(start * size, length * size), IsSingle);
        return IsSingle ? new(_singles.Slice(start, length)) : new(_doubles.Slice(start, length));
    }

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator()
    {
        for (var i = 0; i < Length; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
