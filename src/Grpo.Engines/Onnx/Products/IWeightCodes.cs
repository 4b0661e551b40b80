using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grpo.Engines.Onnx.Products;

/// <summary>How the codes of 32 weights of 16 columns lie in memory, and how they become bytes.</summary>
internal unsafe interface IWeightCodes
{
    /// <summary>Bits of a weight.</summary>
    static abstract int Bits { get; }

    /// <summary>The code of a weight of 0.</summary>
    static abstract int Zero { get; }

    /// <summary>Weights 4 step .. 4 step + 3 of 8 columns, those of one column side by side.</summary>
    /// <param name="codes">Where the 32 weights of the 16 columns begin.</param>
    /// <param name="step">0 to 7.</param>
    /// <param name="half">0 for the first 8 columns, 1 for the others.</param>
    static abstract Vector256<byte> Load(byte* codes, int step, int half);
}

/// <summary>A byte each.</summary>
internal readonly unsafe struct EightBits : IWeightCodes
{
    public static int Bits => 8;

    public static int Zero => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* codes, int step, int half) => Vector256.Load(codes + (((2 * step) + half) * 32));
}

/// <summary>Half a byte each: the lower halves hold steps 0 to 3, the upper ones 4 to 7.</summary>
internal readonly unsafe struct FourBits : IWeightCodes
{
    public static int Bits => 4;

    public static int Zero => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* codes, int step, int half)
    {
        var both = Vector256.Load(codes + (((2 * (step & 3)) + half) * 32));
        return (step < 4 ? both : (both.AsUInt16() >> 4).AsByte()) & Vector256.Create((byte)0x0F);
    }
}
