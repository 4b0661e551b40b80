using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Grpo.Engines.Onnx.Products;

/// <summary>Rows of activations times packed weights, a panel of 16 columns at a time.</summary>
internal readonly unsafe struct BlockProduct
{
    private const int CacheLine = 64;

    private readonly byte* _codes;
    private readonly float* _scales;
    private readonly float* _output;

    /// <summary>A product to be computed.</summary>
    /// <param name="activations">The rows, written; and the weights' shape.</param>
    /// <param name="weights">The address of <see cref="PackedWeights"/>.</param>
    /// <param name="output">Shape (rows, N).</param>
    public BlockProduct(ActivationCodes activations, nint weights, float* output)
    {
        Activations = activations;
        _codes = (byte*)weights;
        _output = output;
        _scales = (float*)(_codes + activations.Shape.CodeBytes);
    }

    /// <summary>The rows.</summary>
    public ActivationCodes Activations { get; }

    /// <summary>Computes a panel for all rows. Within a block sums are exact integers; blocks are added in ascending order, whatever other rows there are.</summary>
    [SkipLocalsInit]
    public static void Run<TProducts, TCodes>(in BlockProduct product, int panel)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
    {
        var (rows, columns) = (product.Activations.Rows, product.Activations.Shape.Columns);
        var column = panel * WeightShape.PanelColumns;
        if (column + WeightShape.PanelColumns > columns || rows < ActivationCodes.Tile)
        {
            RunAtTheEdge<TProducts, TCodes>(product, panel, 0);
            return;
        }

        var row = 0;
        for (; row + ActivationCodes.Tile <= rows; row += ActivationCodes.Tile)
        {
            Tile<TProducts, TCodes>(product, panel, row, product._output + ((long)row * columns) + column, columns);
        }

        RunAtTheEdge<TProducts, TCodes>(product, panel, row);
    }

    // Rows or columns that only fill up are computed and not written.
    [SkipLocalsInit]
    private static void RunAtTheEdge<TProducts, TCodes>(in BlockProduct product, int panel, int firstRow)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
    {
        var whole = stackalloc float[ActivationCodes.Tile * WeightShape.PanelColumns];
        var column = panel * WeightShape.PanelColumns;
        var width = Math.Min(WeightShape.PanelColumns, product.Activations.Shape.Columns - column);
        for (var row = firstRow; row < product.Activations.Rows; row += ActivationCodes.Tile)
        {
            Tile<TProducts, TCodes>(product, panel, row, whole, WeightShape.PanelColumns);
            for (var one = row; one < Math.Min(row + ActivationCodes.Tile, product.Activations.Rows); one++)
            {
                new Span<float>(whole + ((one - row) * WeightShape.PanelColumns), width).CopyTo(new Span<float>(product._output + ((long)one * product.Activations.Shape.Columns) + column, width));
            }
        }
    }

    // 4 rows by 16 columns: 8 registers of integer sums, 8 of float ones. Compiled at once: a prompt's first products must not wait for the tiers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TProducts, TCodes>(in BlockProduct product, int panel, int row, float* output, long stride)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
    {
        var shape = product.Activations.Shape;
        var (blocks, depth, runs) = (shape.Blocks, shape.PaddedDepth, shape.Block / WeightShape.Run);
        var runBytes = WeightShape.Run * WeightShape.PanelColumns * TCodes.Bits / 8;
        var codes = product._codes + (panel * shape.PanelBytes);
        var scales = product._scales + ((long)panel * blocks * WeightShape.PanelColumns);
        var rowScales = product.Activations.Scales + ((long)row * blocks);
        var offsets = product.Activations.Offsets + ((long)row * blocks);
        var a0 = product.Activations.Codes + ((long)row * depth);
        var a1 = a0 + depth;
        var a2 = a1 + depth;
        var a3 = a2 + depth;
        // Rows of the next tiles find this panel in the cache; meanwhile the next panel comes from memory, two lines of every run with each tile.
        var prefetched = row / ActivationCodes.Tile * 2 * CacheLine % runBytes;
        Vector256<float> f00 = default, f01 = default, f10 = default, f11 = default, f20 = default, f21 = default, f30 = default, f31 = default;
        for (var block = 0; block < blocks; block++)
        {
            Vector256<int> s00, s01, s10, s11, s20, s21, s30, s31;
            s00 = s01 = Vector256.Create(offsets[block]);
            s10 = s11 = Vector256.Create(offsets[blocks + block]);
            s20 = s21 = Vector256.Create(offsets[(2 * blocks) + block]);
            s30 = s31 = Vector256.Create(offsets[(3 * blocks) + block]);
            for (var run = 0; run < runs; run++)
            {
                Step<TProducts, TCodes>(codes, 0, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step<TProducts, TCodes>(codes, 1, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step<TProducts, TCodes>(codes, 2, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step<TProducts, TCodes>(codes, 3, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step<TProducts, TCodes>(codes, 4, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step<TProducts, TCodes>(codes, 5, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step<TProducts, TCodes>(codes, 6, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Step<TProducts, TCodes>(codes, 7, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
                Prefetch(codes + shape.PanelBytes + prefetched);
                codes += runBytes;
                a0 += WeightShape.Run;
                a1 += WeightShape.Run;
                a2 += WeightShape.Run;
                a3 += WeightShape.Run;
            }

            var (left, right) = (Vector256.Load(scales), Vector256.Load(scales + 8));
            scales += WeightShape.PanelColumns;
            Scale(rowScales[block], left, right, s00, s01, ref f00, ref f01);
            Scale(rowScales[blocks + block], left, right, s10, s11, ref f10, ref f11);
            Scale(rowScales[(2 * blocks) + block], left, right, s20, s21, ref f20, ref f21);
            Scale(rowScales[(3 * blocks) + block], left, right, s30, s31, ref f30, ref f31);
        }

        Store(f00, f01, output);
        Store(f10, f11, output + stride);
        Store(f20, f21, output + (2 * stride));
        Store(f30, f31, output + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* address)
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch0(address);
        Sse.Prefetch0(address + CacheLine);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TProducts, TCodes>(
        byte* codes, int step, sbyte* a0, sbyte* a1, sbyte* a2, sbyte* a3, ref Vector256<int> s00, ref Vector256<int> s01, ref Vector256<int> s10,
        ref Vector256<int> s11, ref Vector256<int> s20, ref Vector256<int> s21, ref Vector256<int> s30, ref Vector256<int> s31)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
    {
        var (left, right) = (TCodes.Load(codes, step, 0), TCodes.Load(codes, step, 1));
        var four = Vector256.Create(((int*)a0)[step]).AsSByte();
        (s00, s01) = (TProducts.Add(s00, left, four), TProducts.Add(s01, right, four));
        four = Vector256.Create(((int*)a1)[step]).AsSByte();
        (s10, s11) = (TProducts.Add(s10, left, four), TProducts.Add(s11, right, four));
        four = Vector256.Create(((int*)a2)[step]).AsSByte();
        (s20, s21) = (TProducts.Add(s20, left, four), TProducts.Add(s21, right, four));
        four = Vector256.Create(((int*)a3)[step]).AsSByte();
        (s30, s31) = (TProducts.Add(s30, left, four), TProducts.Add(s31, right, four));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(
        float rowScale, Vector256<float> left, Vector256<float> right, Vector256<int> sumLeft, Vector256<int> sumRight, ref Vector256<float> totalLeft, ref Vector256<float> totalRight)
    {
        var row = Vector256.Create(rowScale);
        totalLeft = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sumLeft), left * row, totalLeft);
        totalRight = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sumRight), right * row, totalRight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> left, Vector256<float> right, float* output)
    {
        left.Store(output);
        right.Store(output + 8);
    }
}
