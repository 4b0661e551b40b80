using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// How a processor multiplies bytes, for 8 columns at a time: a run of weights is <see cref="Begin"/>, 8 times <see cref="Add"/>, and <see cref="End"/>.
/// All ways give the same integers, once what they take off the weights is made good.
/// </summary>
internal interface IByteProducts
{
    /// <summary>What is taken off a weight's code before it is multiplied.</summary>
    static abstract int TakenOff { get; }

    /// <summary>What the sums of a run begin with.</summary>
    /// <param name="totals">The sums of the runs before it.</param>
    static abstract Vector256<int> Begin(Vector256<int> totals);

    /// <summary>Adds the products of 4 weights of each column; exact.</summary>
    /// <param name="sums">The run's.</param>
    /// <param name="weights">Codes, those of a column side by side.</param>
    /// <param name="activations">The 4 that belong to them, 8 times; -127 to 127.</param>
    static abstract Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations);

    /// <summary>The sums of this run and those before it.</summary>
    /// <param name="totals">The sums of the runs before it.</param>
    /// <param name="sums">The run's.</param>
    static abstract Vector256<int> End(Vector256<int> totals, Vector256<int> sums);
}

/// <summary>One instruction: AVX-VNNI's vpdpbusd.</summary>
internal readonly struct VnniProducts : IByteProducts
{
    /// <summary>Whether this processor has it.</summary>
    public static bool IsSupported => AvxVnni.IsSupported;

    public static int TakenOff => 0;

    public static Vector256<int> Begin(Vector256<int> totals) => totals;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations) =>
        AvxVnni.MultiplyWideningAndAdd(sums, weights, activations);

    public static Vector256<int> End(Vector256<int> totals, Vector256<int> sums) => sums;
}

/// <summary>AVX2 for 4-bit codes: pairs of products (vpmaddubsw), of which a run's sums stay within 16 bits: 8 · 2 · 15 · 127 at most.</summary>
internal readonly struct PairProducts : IByteProducts
{
    /// <summary>Whether this processor has it.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    public static int TakenOff => 0;

    public static Vector256<int> Begin(Vector256<int> totals) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations) =>
        (sums.AsInt16() + Avx2.MultiplyAddAdjacent(weights, activations)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> End(Vector256<int> totals, Vector256<int> sums) =>
        totals + Avx2.MultiplyAddAdjacent(sums.AsInt16(), Vector256.Create((short)1));
}

/// <summary>AVX2 for 8-bit codes: the weights' magnitudes times activations that have the weights' signs, in pairs that stay within 16 bits: 2 · 128 · 127 at most.</summary>
internal readonly struct SignedPairProducts : IByteProducts
{
    /// <summary>Whether this processor has it.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    public static int TakenOff => 128;

    public static Vector256<int> Begin(Vector256<int> totals) => totals;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations)
    {
        var signed = (weights ^ Vector256.Create((byte)0x80)).AsSByte();
        var pairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(signed), Avx2.Sign(activations, signed));
        return sums + Avx2.MultiplyAddAdjacent(pairs, Vector256.Create((short)1));
    }

    public static Vector256<int> End(Vector256<int> totals, Vector256<int> sums) => sums;
}

/// <summary>Any processor; no faster than ONNX Runtime's own products, and the proof of the other ways.</summary>
internal readonly struct PortableProducts : IByteProducts
{
    public static int TakenOff => 0;

    public static Vector256<int> Begin(Vector256<int> totals) => totals;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> activations)
    {
        var (left, right, low) = (weights.AsInt32(), activations.AsInt32(), Vector256.Create(0xFF));
        sums += (left & low) * ((right << 24) >> 24);
        sums += ((left >> 8) & low) * ((right << 16) >> 24);
        sums += ((left >> 16) & low) * ((right << 8) >> 24);
        return sums + ((left >>> 24) * (right >> 24));
    }

    public static Vector256<int> End(Vector256<int> totals, Vector256<int> sums) => sums;
}
