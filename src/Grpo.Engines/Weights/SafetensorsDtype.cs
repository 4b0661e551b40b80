namespace Grpo.Engines.Weights;

/// <summary>The element types of safetensors whose elements are whole bytes.</summary>
public enum SafetensorsDtype
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned, 1 byte.</summary>
    U8,

    /// <summary>Signed, 1 byte.</summary>
    I8,

    /// <summary>Float, 1 byte: 5 bits of exponent, 2 of fraction.</summary>
    F8E5M2,

    /// <summary>Float, 1 byte: 4 bits of exponent, 3 of fraction.</summary>
    F8E4M3,

    /// <summary>A power of two, 1 byte.</summary>
    F8E8M0,

    /// <summary>Signed, 2 bytes.</summary>
    I16,

    /// <summary>Unsigned, 2 bytes.</summary>
    U16,

    /// <summary>IEEE half precision, 2 bytes.</summary>
    F16,

    /// <summary>The upper half of a single, 2 bytes.</summary>
    BF16,

    /// <summary>Signed, 4 bytes.</summary>
    I32,

    /// <summary>Unsigned, 4 bytes.</summary>
    U32,

    /// <summary>IEEE single precision, 4 bytes.</summary>
    F32,

    /// <summary>Two singles, 8 bytes.</summary>
    C64,

    /// <summary>IEEE double precision, 8 bytes.</summary>
    F64,

    /// <summary>Signed, 8 bytes.</summary>
    I64,

    /// <summary>Unsigned, 8 bytes.</summary>
    U64,
}

/// <summary>Names and sizes of element types.</summary>
public static class SafetensorsDtypes
{
    private static readonly Dictionary<string, SafetensorsDtype> ByName = Enum.GetValues<SafetensorsDtype>().ToDictionary(NameOf);

    /// <summary>The name in a header, such as <c>F32</c> or <c>F8_E4M3</c>.</summary>
    public static string NameOf(this SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F8E5M2 => "F8_E5M2",
        SafetensorsDtype.F8E4M3 => "F8_E4M3",
        SafetensorsDtype.F8E8M0 => "F8_E8M0",
        _ => dtype.ToString().ToUpperInvariant(),
    };

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(this SafetensorsDtype dtype) => dtype switch
    {
        <= SafetensorsDtype.F8E8M0 => 1,
        <= SafetensorsDtype.BF16 => 2,
        <= SafetensorsDtype.F32 => 4,
        _ => 8,
    };

    /// <summary>The type of a name in a header.</summary>
    public static bool TryParse(string name, out SafetensorsDtype dtype) => ByName.TryGetValue(name, out dtype);
}
