namespace Grpo.Engines.Weights;

/// <summary>One tensor as the header describes it. Elements are little-endian, in C order (the last index runs fastest).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Type of the elements.</param>
/// <param name="Shape">Its dimensions, each at least 0; none for a scalar.</param>
/// <param name="Begin">Where its bytes begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
public sealed record TensorEntry(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Its bytes.</summary>
    public long ByteCount => End - Begin;

    /// <summary>The shape in words, such as <c>(2, 8)</c>.</summary>
    public string ShapeText => TextOf(Shape);

    /// <summary>A shape in words.</summary>
    public static string TextOf(IEnumerable<long> shape) => $"({string.Join(", ", shape)})";

    /// <summary>Bytes of a tensor of this type and shape.</summary>
    /// <exception cref="OverflowException">They are more than 2^63 - 1.</exception>
    public static long BytesOf(SafetensorsDtype dtype, IReadOnlyList<long> shape)
    {
        long bytes = dtype.SizeOf();
        foreach (var dimension in shape) bytes = checked(bytes * dimension);
        return bytes;
    }
}
