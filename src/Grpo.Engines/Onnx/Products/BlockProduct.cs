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

    private static void Tile<TProducts, TCodes>(in BlockProduct product, int panel, int row, float* output, long stride)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
    {
        if (product.Activations.Shape.Block == WeightShape.Run) Tile<TProducts, TCodes, OneRun>(product, panel, row, output, stride);
        else Tile<TProducts, TCodes, SeveralRuns>(product, panel, row, output, stride);
    }

    // 4 rows by 16 columns: 8 registers of integer sums; the float ones lie in memory, since 16 registers do not hold both. Compiled at once: a prompt's
    // first products must not wait for the tiers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Tile<TProducts, TCodes, TRuns>(in BlockProduct product, int panel, int row, float* output, long stride)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
        where TRuns : struct, IRuns
    {
        const int vectors = 2 * ActivationCodes.Tile;
        var memory = stackalloc byte[(vectors + 1) * 32];
        var totals = (Vector256<float>*)(((nint)memory + 31) & ~31);
        for (var i = 0; i < vectors; i++) totals[i] = default;

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
        var ahead = shape.PanelBytes + (row / ActivationCodes.Tile * 2 * CacheLine % runBytes);
        for (var block = 0; block < blocks; block++)
        {
            Vector256<int> s00, s01, s10, s11, s20, s21, s30, s31;
            s00 = s01 = s10 = s11 = s20 = s21 = s30 = s31 = default;
            var run = 0;
            do
            {
                Vector256<int> r00 = TProducts.Begin(s00), r01 = TProducts.Begin(s01), r10 = TProducts.Begin(s10), r11 = TProducts.Begin(s11);
                Vector256<int> r20 = TProducts.Begin(s20), r21 = TProducts.Begin(s21), r30 = TProducts.Begin(s30), r31 = TProducts.Begin(s31);
                Run<TProducts, TCodes>(codes, a0, a1, a2, a3, ref r00, ref r01, ref r10, ref r11, ref r20, ref r21, ref r30, ref r31);
                (s00, s01, s10, s11) = (TProducts.End(s00, r00), TProducts.End(s01, r01), TProducts.End(s10, r10), TProducts.End(s11, r11));
                (s20, s21, s30, s31) = (TProducts.End(s20, r20), TProducts.End(s21, r21), TProducts.End(s30, r30), TProducts.End(s31, r31));
                Prefetch(codes + ahead);
                codes += runBytes;
                a0 += WeightShape.Run;
                a1 += WeightShape.Run;
                a2 += WeightShape.Run;
                a3 += WeightShape.Run;
            }
            while (TRuns.AreSeveral && ++run < runs);

            var (left, right) = (Vector256.Load(scales), Vector256.Load(scales + 8));
            scales += WeightShape.PanelColumns;
            Scale<TProducts, TCodes>(rowScales, offsets, left, right, s00, s01, totals);
            Scale<TProducts, TCodes>(rowScales + 1, offsets + 1, left, right, s10, s11, totals + 2);
            Scale<TProducts, TCodes>(rowScales + 2, offsets + 2, left, right, s20, s21, totals + 4);
            Scale<TProducts, TCodes>(rowScales + 3, offsets + 3, left, right, s30, s31, totals + 6);
            rowScales += ActivationCodes.Tile;
            offsets += ActivationCodes.Tile;
        }

        for (var i = 0; i < ActivationCodes.Tile; i++)
        {
            totals[2 * i].Store(output + (i * stride));
            totals[(2 * i) + 1].Store(output + (i * stride) + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* address)
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch0(address);
        Sse.Prefetch0(address + CacheLine);
    }

    // Steps whose codes share their bytes (IWeightCodes) follow each other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<TProducts, TCodes>(
        byte* codes, sbyte* a0, sbyte* a1, sbyte* a2, sbyte* a3, ref Vector256<int> s00, ref Vector256<int> s01, ref Vector256<int> s10, ref Vector256<int> s11,
        ref Vector256<int> s20, ref Vector256<int> s21, ref Vector256<int> s30, ref Vector256<int> s31)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
    {
        Step<TProducts, TCodes>(codes, 0, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
        Step<TProducts, TCodes>(codes, 4, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
        Step<TProducts, TCodes>(codes, 1, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
        Step<TProducts, TCodes>(codes, 5, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
        Step<TProducts, TCodes>(codes, 2, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
        Step<TProducts, TCodes>(codes, 6, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
        Step<TProducts, TCodes>(codes, 3, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
        Step<TProducts, TCodes>(codes, 7, a0, a1, a2, a3, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31);
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
    private static void Scale<TProducts, TCodes>(
        float* rowScale, int* offset, Vector256<float> left, Vector256<float> right, Vector256<int> leftSums, Vector256<int> rightSums, Vector256<float>* totals)
        where TProducts : struct, IByteProducts
        where TCodes : struct, IWeightCodes
    {
        var row = Vector256.Create(*rowScale);
        var begun = TProducts.TakenOff == TCodes.Zero ? Vector256<int>.Zero : Vector256.Create(*offset);
        totals[0] = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(leftSums + begun), left * row, totals[0]);
        totals[1] = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(rightSums + begun), right * row, totals[1]);
    }
}
