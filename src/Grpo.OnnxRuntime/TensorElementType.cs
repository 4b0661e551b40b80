namespace Grpo.OnnxRuntime;

#pragma warning disable CA1720 // The element types are the names; those of Microsoft's managed API.
/// <summary>What the elements of a tensor are (<c>ONNXTensorElementDataType</c> of the C API).</summary>
public enum TensorElementType
{
    /// <summary>Not a tensor.</summary>
    Undefined = 0,

    /// <summary>32-bit floating point, <see cref="float"/>.</summary>
    Float = 1,

    /// <summary>8-bit unsigned integer, <see cref="byte"/>.</summary>
    UInt8 = 2,

    /// <summary>8-bit signed integer, <see cref="sbyte"/>.</summary>
    Int8 = 3,

    /// <summary>16-bit unsigned integer, <see cref="ushort"/>.</summary>
    UInt16 = 4,

    /// <summary>16-bit signed integer, <see cref="short"/>.</summary>
    Int16 = 5,

    /// <summary>32-bit signed integer, <see cref="int"/>.</summary>
    Int32 = 6,

    /// <summary>64-bit signed integer, <see cref="long"/>.</summary>
    Int64 = 7,

    /// <summary>Text; this binding does not read it.</summary>
    String = 8,

    /// <summary>One byte, 0 or 1, <see cref="bool"/>.</summary>
    Bool = 9,

    /// <summary>16-bit IEEE floating point, <see cref="Half"/>.</summary>
    Float16 = 10,

    /// <summary>64-bit floating point, <see cref="double"/>.</summary>
    Double = 11,

    /// <summary>32-bit unsigned integer, <see cref="uint"/>.</summary>
    UInt32 = 12,

    /// <summary>64-bit unsigned integer, <see cref="ulong"/>.</summary>
    UInt64 = 13,

    /// <summary>The upper 16 bits of a float, read as <see cref="ushort"/>.</summary>
    BFloat16 = 16,
}
