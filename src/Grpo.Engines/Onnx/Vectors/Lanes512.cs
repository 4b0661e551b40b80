using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grpo.Engines.Onnx.Vectors;

/// <summary>AVX-512: 16 values in each of 32 registers.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    // Beyond it e to the power of x is infinite, or 0.
    private const float LargestExponent = 104;

    private const float Ln2 = 0.693147181f;

    // ln 2 in two parts, the first with few enough bits that n times it is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = (float)(0.69314718055994530942 - 0.693359375);

    private const byte ToNearest = 0;

    /// <summary>Whether this processor has them.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static int Width => 16;

    public static int Rows => 4;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> sum) =>
        Avx512F.FusedMultiplyAdd(left, right, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Avx512F.Max(left, right);

    /// <summary>
    /// e to the power of each lane, to 2 units in the last place; below -103.97 it is 0. Vector512.Exp is a call, which spills every register of the loop around it.
    /// </summary>
    /// <remarks>2ⁿ · e^r, where n is x / ln 2 rounded and |r| ≤ ln 2 / 2, so that seven terms of the series of e^r are enough. The last one is scaled in one instruction.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> value)
    {
        // The limit comes first: where the other is NaN, the second is the result.
        var x = Avx512F.Min(Vector512.Create(LargestExponent), Avx512F.Max(Vector512.Create(-LargestExponent), value));
        var n = Avx512F.RoundScale(x * Vector512.Create(1 / Ln2), ToNearest);
        var r = Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(Ln2High), x);
        r = Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(Ln2Low), r);
        var sum = Avx512F.FusedMultiplyAdd(r, Vector512.Create(1 / 5040f), Vector512.Create(1 / 720f));
        sum = Avx512F.FusedMultiplyAdd(r, sum, Vector512.Create(1 / 120f));
        sum = Avx512F.FusedMultiplyAdd(r, sum, Vector512.Create(1 / 24f));
        sum = Avx512F.FusedMultiplyAdd(r, sum, Vector512.Create(1 / 6f));
        sum = Avx512F.FusedMultiplyAdd(r, sum, Vector512.Create(0.5f));
        sum = Avx512F.FusedMultiplyAdd(r, sum, Vector512<float>.One);
        sum = Avx512F.FusedMultiplyAdd(r, sum, Vector512<float>.One);
        return Avx512F.Scale(sum, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value) => Vector512.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector512<float> value) => Lanes256.Largest(Avx.Max(value.GetLower(), value.GetUpper()));
}
