using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grpo.Engines.Onnx.Products;

/// <summary>How a processor multiplies bytes. All ways give the same integers.</summary>
internal interface IByteProducts
{
    /// <summary>Adds to each of 8 sums the 4 products of its bytes; exact.</summary>
    static abstract Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations);
}

/// <summary>One instruction: AVX-VNNI's vpdpbusd.</summary>
internal readonly struct VnniProducts : IByteProducts
{
    /// <summary>Whether this processor has it.</summary>
    public static bool IsSupported => AvxVnni.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations) =>
        AvxVnni.MultiplyWideningAndAdd(sums, weights, activations);
}

/// <summary>AVX2: pairs of products in 16 bits (vpmaddubsw), then pairs of those in 32. Exact for 4-bit codes; 8-bit ones would saturate.</summary>
internal readonly struct PairProducts : IByteProducts
{
    /// <summary>Whether this processor has it.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations) =>
        sums + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(weights, activations), Vector256.Create((short)1));
}

/// <summary>Any processor; no faster than ONNX Runtime's own products, and the proof of the other way.</summary>
internal readonly struct PortableProducts : IByteProducts
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations)
    {
        var (left, right, low) = (weights.AsInt32(), activations.AsInt32(), Vector256.Create(0xFF));
        sums += (left & low) * ((right << 24) >> 24);
        sums += ((left >> 8) & low) * ((right << 16) >> 24);
        sums += ((left >> 16) & low) * ((right << 8) >> 24);
        return sums + ((left >>> 24) * (right >> 24));
    }
}
