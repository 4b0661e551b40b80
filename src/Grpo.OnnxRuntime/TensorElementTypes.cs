namespace Grpo.OnnxRuntime;

/// <summary>What each <see cref="TensorElementType"/> is in memory.</summary>
public static class TensorElementTypes
{
    /// <summary>Bytes per element: 1, 2, 4 or 8.</summary>
    /// <exception cref="NotSupportedException">Elements of that type have no fixed whole number of bytes, or this binding does not know it.</exception>
    public static int SizeInBytes(this TensorElementType type) => type switch
    {
        TensorElementType.UInt8 or TensorElementType.Int8 or TensorElementType.Bool => 1,
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        TensorElementType.Float or TensorElementType.Int32 or TensorElementType.UInt32 => 4,
        TensorElementType.Double or TensorElementType.Int64 or TensorElementType.UInt64 => 8,
        _ => throw new NotSupportedException($"Tensor elements of type {type} cannot be read as memory."),
    };

    /// <summary>Whether the elements may be read and written as <typeparamref name="T"/>.</summary>
    public static bool Holds<T>(this TensorElementType type)
        where T : unmanaged => type switch
        {
            TensorElementType.Float => typeof(T) == typeof(float),
            TensorElementType.Double => typeof(T) == typeof(double),
            TensorElementType.Float16 => typeof(T) == typeof(Half),
            TensorElementType.BFloat16 or TensorElementType.UInt16 => typeof(T) == typeof(ushort),
            TensorElementType.Bool => typeof(T) == typeof(bool),
            TensorElementType.Int8 => typeof(T) == typeof(sbyte),
            TensorElementType.UInt8 => typeof(T) == typeof(byte),
            TensorElementType.Int16 => typeof(T) == typeof(short),
            TensorElementType.Int32 => typeof(T) == typeof(int),
            TensorElementType.UInt32 => typeof(T) == typeof(uint),
            TensorElementType.Int64 => typeof(T) == typeof(long),
            TensorElementType.UInt64 => typeof(T) == typeof(ulong),
            _ => false,
        };
}
