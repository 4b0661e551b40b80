using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// The one inner loop of attention: c (+)= a · b for a few rows, with the sums in registers. Every element of c is the chain
/// fma(a[k], b[k], ...) over ascending k, whatever the number of rows or columns computed beside it: that is what makes a row's bits
/// independent of its company.
/// </summary>
/// <remarks>Columns come as register-wide strips of b, and depth comes in blocks, each with addresses of its own: both may lie in different blocks of the cache.</remarks>
internal static unsafe class RowProduct<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Strips in a full set; fewer are done one by one.</summary>
    public const int Strips = 4;

    /// <summary>c (rows, 4 strips) (+)= a (rows, depth) · b (depth, 4 strips).</summary>
    /// <param name="rows">1 to 4.</param>
    /// <param name="a">First row; the next one is <paramref name="aStride"/> values on.</param>
    /// <param name="aStride">Values from one row of a to the next.</param>
    /// <param name="b">The addresses of the four strips in the first block of depth, then in the second, and so on.</param>
    /// <param name="bStride">Values from one k to the next within a strip.</param>
    /// <param name="depth">The sum's length.</param>
    /// <param name="blockDepth">Values of k in a block; the last one may have fewer.</param>
    /// <param name="c">First row; its strips lie side by side.</param>
    /// <param name="cStride">Values from one row of c to the next.</param>
    /// <param name="add">Whether to add to what c holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Four(int rows, float* a, int aStride, float** b, int bStride, int depth, int blockDepth, float* c, int cStride, bool add)
    {
        switch (rows)
        {
            case 4:
                FourByFour(a, aStride, b, bStride, depth, blockDepth, c, cStride, add);
                break;
            case 3:
                ThreeByFour(a, aStride, b, bStride, depth, blockDepth, c, cStride, add);
                break;
            case 2:
                TwoByFour(a, aStride, b, bStride, depth, blockDepth, c, cStride, add);
                break;
            default:
                OneByFour(a, b, bStride, depth, blockDepth, c, add);
                break;
        }
    }

    /// <summary>As <see cref="Four"/> for a single strip.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void One(int rows, float* a, int aStride, float** b, int bStride, int depth, int blockDepth, float* c, int cStride, bool add)
    {
        if (rows == 4)
        {
            FourByOne(a, aStride, b, bStride, depth, blockDepth, c, cStride, add);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            OneByOne(a + (row * aStride), b, bStride, depth, blockDepth, c + (row * cStride), add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(float* a, int aStride, float** b, int bStride, int depth, int blockDepth, float* c, int cStride, bool add)
    {
        var w = TLanes.Width;
        float* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        float* c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
        TVector s00 = TLanes.Zero, s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
        TVector s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
        if (add)
        {
            (s00, s01, s02, s03) = (TLanes.Load(c), TLanes.Load(c + w), TLanes.Load(c + (2 * w)), TLanes.Load(c + (3 * w)));
            (s10, s11, s12, s13) = (TLanes.Load(c1), TLanes.Load(c1 + w), TLanes.Load(c1 + (2 * w)), TLanes.Load(c1 + (3 * w)));
            (s20, s21, s22, s23) = (TLanes.Load(c2), TLanes.Load(c2 + w), TLanes.Load(c2 + (2 * w)), TLanes.Load(c2 + (3 * w)));
            (s30, s31, s32, s33) = (TLanes.Load(c3), TLanes.Load(c3 + w), TLanes.Load(c3 + (2 * w)), TLanes.Load(c3 + (3 * w)));
        }

        for (nint k = 0; k < depth; b += Strips)
        {
            float* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
            var end = Math.Min(depth, k + blockDepth);
            for (nint at = 0; k < end; k++, at += bStride)
            {
                TVector x0 = TLanes.Load(b0 + at), x1 = TLanes.Load(b1 + at), x2 = TLanes.Load(b2 + at), x3 = TLanes.Load(b3 + at);
                var y = TLanes.Broadcast(a[k]);
                s00 = TLanes.MultiplyAdd(y, x0, s00);
                s01 = TLanes.MultiplyAdd(y, x1, s01);
                s02 = TLanes.MultiplyAdd(y, x2, s02);
                s03 = TLanes.MultiplyAdd(y, x3, s03);
                y = TLanes.Broadcast(a1[k]);
                s10 = TLanes.MultiplyAdd(y, x0, s10);
                s11 = TLanes.MultiplyAdd(y, x1, s11);
                s12 = TLanes.MultiplyAdd(y, x2, s12);
                s13 = TLanes.MultiplyAdd(y, x3, s13);
                y = TLanes.Broadcast(a2[k]);
                s20 = TLanes.MultiplyAdd(y, x0, s20);
                s21 = TLanes.MultiplyAdd(y, x1, s21);
                s22 = TLanes.MultiplyAdd(y, x2, s22);
                s23 = TLanes.MultiplyAdd(y, x3, s23);
                y = TLanes.Broadcast(a3[k]);
                s30 = TLanes.MultiplyAdd(y, x0, s30);
                s31 = TLanes.MultiplyAdd(y, x1, s31);
                s32 = TLanes.MultiplyAdd(y, x2, s32);
                s33 = TLanes.MultiplyAdd(y, x3, s33);
            }
        }

        Store(c, s00, s01, s02, s03);
        Store(c1, s10, s11, s12, s13);
        Store(c2, s20, s21, s22, s23);
        Store(c3, s30, s31, s32, s33);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ThreeByFour(float* a, int aStride, float** b, int bStride, int depth, int blockDepth, float* c, int cStride, bool add)
    {
        var w = TLanes.Width;
        float* a1 = a + aStride, a2 = a1 + aStride, c1 = c + cStride, c2 = c1 + cStride;
        TVector s00 = TLanes.Zero, s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
        TVector s20 = s00, s21 = s00, s22 = s00, s23 = s00;
        if (add)
        {
            (s00, s01, s02, s03) = (TLanes.Load(c), TLanes.Load(c + w), TLanes.Load(c + (2 * w)), TLanes.Load(c + (3 * w)));
            (s10, s11, s12, s13) = (TLanes.Load(c1), TLanes.Load(c1 + w), TLanes.Load(c1 + (2 * w)), TLanes.Load(c1 + (3 * w)));
            (s20, s21, s22, s23) = (TLanes.Load(c2), TLanes.Load(c2 + w), TLanes.Load(c2 + (2 * w)), TLanes.Load(c2 + (3 * w)));
        }

        for (nint k = 0; k < depth; b += Strips)
        {
            float* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
            var end = Math.Min(depth, k + blockDepth);
            for (nint at = 0; k < end; k++, at += bStride)
            {
                // A strip's values at a time: with 16 registers, 12 sums leave room for three factors and these.
                TVector y0 = TLanes.Broadcast(a[k]), y1 = TLanes.Broadcast(a1[k]), y2 = TLanes.Broadcast(a2[k]);
                var x = TLanes.Load(b0 + at);
                (s00, s10, s20) = (TLanes.MultiplyAdd(y0, x, s00), TLanes.MultiplyAdd(y1, x, s10), TLanes.MultiplyAdd(y2, x, s20));
                x = TLanes.Load(b1 + at);
                (s01, s11, s21) = (TLanes.MultiplyAdd(y0, x, s01), TLanes.MultiplyAdd(y1, x, s11), TLanes.MultiplyAdd(y2, x, s21));
                x = TLanes.Load(b2 + at);
                (s02, s12, s22) = (TLanes.MultiplyAdd(y0, x, s02), TLanes.MultiplyAdd(y1, x, s12), TLanes.MultiplyAdd(y2, x, s22));
                x = TLanes.Load(b3 + at);
                (s03, s13, s23) = (TLanes.MultiplyAdd(y0, x, s03), TLanes.MultiplyAdd(y1, x, s13), TLanes.MultiplyAdd(y2, x, s23));
            }
        }

        Store(c, s00, s01, s02, s03);
        Store(c1, s10, s11, s12, s13);
        Store(c2, s20, s21, s22, s23);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByFour(float* a, int aStride, float** b, int bStride, int depth, int blockDepth, float* c, int cStride, bool add)
    {
        var w = TLanes.Width;
        float* a1 = a + aStride, c1 = c + cStride;
        TVector s00 = TLanes.Zero, s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
        if (add)
        {
            (s00, s01, s02, s03) = (TLanes.Load(c), TLanes.Load(c + w), TLanes.Load(c + (2 * w)), TLanes.Load(c + (3 * w)));
            (s10, s11, s12, s13) = (TLanes.Load(c1), TLanes.Load(c1 + w), TLanes.Load(c1 + (2 * w)), TLanes.Load(c1 + (3 * w)));
        }

        for (nint k = 0; k < depth; b += Strips)
        {
            float* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
            var end = Math.Min(depth, k + blockDepth);
            for (nint at = 0; k < end; k++, at += bStride)
            {
                TVector x0 = TLanes.Load(b0 + at), x1 = TLanes.Load(b1 + at), x2 = TLanes.Load(b2 + at), x3 = TLanes.Load(b3 + at);
                var y = TLanes.Broadcast(a[k]);
                s00 = TLanes.MultiplyAdd(y, x0, s00);
                s01 = TLanes.MultiplyAdd(y, x1, s01);
                s02 = TLanes.MultiplyAdd(y, x2, s02);
                s03 = TLanes.MultiplyAdd(y, x3, s03);
                y = TLanes.Broadcast(a1[k]);
                s10 = TLanes.MultiplyAdd(y, x0, s10);
                s11 = TLanes.MultiplyAdd(y, x1, s11);
                s12 = TLanes.MultiplyAdd(y, x2, s12);
                s13 = TLanes.MultiplyAdd(y, x3, s13);
            }
        }

        Store(c, s00, s01, s02, s03);
        Store(c1, s10, s11, s12, s13);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByFour(float* a, float** b, int bStride, int depth, int blockDepth, float* c, bool add)
    {
        var w = TLanes.Width;
        TVector s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0;
        if (add)
        {
            (s0, s1, s2, s3) = (TLanes.Load(c), TLanes.Load(c + w), TLanes.Load(c + (2 * w)), TLanes.Load(c + (3 * w)));
        }

        for (nint k = 0; k < depth; b += Strips)
        {
            float* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
            var end = Math.Min(depth, k + blockDepth);
            for (nint at = 0; k < end; k++, at += bStride)
            {
                var y = TLanes.Broadcast(a[k]);
                s0 = TLanes.MultiplyAdd(y, TLanes.Load(b0 + at), s0);
                s1 = TLanes.MultiplyAdd(y, TLanes.Load(b1 + at), s1);
                s2 = TLanes.MultiplyAdd(y, TLanes.Load(b2 + at), s2);
                s3 = TLanes.MultiplyAdd(y, TLanes.Load(b3 + at), s3);
            }
        }

        Store(c, s0, s1, s2, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne(float* a, int aStride, float** b, int bStride, int depth, int blockDepth, float* c, int cStride, bool add)
    {
        float* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        float* c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
        TVector s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0;
        if (add)
        {
            (s0, s1, s2, s3) = (TLanes.Load(c), TLanes.Load(c1), TLanes.Load(c2), TLanes.Load(c3));
        }

        for (nint k = 0; k < depth; b++)
        {
            var b0 = *b;
            var end = Math.Min(depth, k + blockDepth);
            for (nint at = 0; k < end; k++, at += bStride)
            {
                var x = TLanes.Load(b0 + at);
                s0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[k]), x, s0);
                s1 = TLanes.MultiplyAdd(TLanes.Broadcast(a1[k]), x, s1);
                s2 = TLanes.MultiplyAdd(TLanes.Broadcast(a2[k]), x, s2);
                s3 = TLanes.MultiplyAdd(TLanes.Broadcast(a3[k]), x, s3);
            }
        }

        TLanes.Store(s0, c);
        TLanes.Store(s1, c1);
        TLanes.Store(s2, c2);
        TLanes.Store(s3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByOne(float* a, float** b, int bStride, int depth, int blockDepth, float* c, bool add)
    {
        var sum = add ? TLanes.Load(c) : TLanes.Zero;
        for (nint k = 0; k < depth; b++)
        {
            var b0 = *b;
            var end = Math.Min(depth, k + blockDepth);
            for (nint at = 0; k < end; k++, at += bStride)
            {
                sum = TLanes.MultiplyAdd(TLanes.Broadcast(a[k]), TLanes.Load(b0 + at), sum);
            }
        }

        TLanes.Store(sum, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, TVector s0, TVector s1, TVector s2, TVector s3)
    {
        TLanes.Store(s0, c);
        TLanes.Store(s1, c + TLanes.Width);
        TLanes.Store(s2, c + (2 * TLanes.Width));
        TLanes.Store(s3, c + (3 * TLanes.Width));
    }
}
