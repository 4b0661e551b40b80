using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// Rows of activations times a packed matrix, a panel of three registers' columns at a time. Every result is the chain fma(a[k], b[k], ...) over ascending
/// k, whatever other rows there are.
/// </summary>
internal readonly unsafe struct MatrixProduct<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Rows whose activations stay in the second cache while panel after panel passes by.</summary>
    public const int RowsTogether = 128;

    private const int CacheLine = 64;

    // Values of k between two fetches of lines of the next panel. A core has some ten lines under way at a time: more at once hold up its own reads.
    private const int Step = 8;

    private readonly float* _rows;
    private readonly float* _matrix;
    private readonly float* _output;
    private readonly int _count;
    private readonly int _depth;
    private readonly int _columns;

    /// <summary>A product to be computed.</summary>
    /// <param name="rows">Shape (count, depth).</param>
    /// <param name="count">Rows.</param>
    /// <param name="matrix">A packed matrix.</param>
    /// <param name="depth">K.</param>
    /// <param name="columns">N.</param>
    /// <param name="output">Shape (count, columns).</param>
    public MatrixProduct(float* rows, int count, float* matrix, int depth, int columns, float* output)
    {
        _rows = rows;
        _count = count;
        _matrix = matrix;
        _depth = depth;
        _columns = columns;
        _output = output;
    }

    /// <summary>Rows computed together: three registers of sums each, beside a row of the panel and an activation.</summary>
    private static int Tile => TLanes.Registers / 4;

    /// <summary>Columns of a panel.</summary>
    public static int PanelColumns => TLanes.Width * PackedMatrices.Strips;

    /// <summary>Panels of a matrix.</summary>
    public static int PanelsOf(int columns) => (columns + PanelColumns - 1) / PanelColumns;

    /// <summary>Rows of activations.</summary>
    public int Rows => _count;

    /// <summary>N.</summary>
    public int Columns => _columns;

    /// <summary>Panels of its matrix.</summary>
    public int Panels => PanelsOf(_columns);

    /// <summary>Computes panels for all rows.</summary>
    public void Run(int firstPanel, int endPanel)
    {
        for (var row = 0; row < _count; row += RowsTogether)
        {
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                Run(panel, row, Math.Min(_count, row + RowsTogether));
            }
        }
    }

    /// <summary>The address of a panel.</summary>
    public float* Panel(int panel) => _matrix + ((long)panel * PanelColumns * _depth);

    /// <summary>Computes all columns of a panel, with those that only fill it up, for some rows.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="endRow">The row after the last one.</param>
    /// <param name="output">The panel's columns of the first row.</param>
    /// <param name="stride">Values from one row of the output to the next.</param>
    /// <param name="nextPanel">The panel that is fetched meanwhile, of the same depth.</param>
    public void Multiply(int panel, int firstRow, int endRow, float* output, int stride, float* nextPanel)
    {
        float* matrix = Panel(panel);
        var next = (byte*)nextPanel;
        var tiles = (endRow - firstRow + Tile - 1) / Tile;
        var lines = ((Step * PanelColumns * sizeof(float) / CacheLine) + tiles - 1) / tiles;
        for (var row = firstRow; row < endRow;)
        {
            // Meanwhile the next panel comes from memory, evenly: each tile fetches a share of it.
            var values = _rows + ((long)row * _depth);
            var rows = Math.Min(Tile, endRow - row);
            if (rows == 8)
            {
                next = EightByThree(values, _depth, matrix, output, stride, next, lines);
            }
            else
            {
                rows = Math.Min(rows, 4);
                next = UpToFourByThree(rows, values, _depth, matrix, output, stride, next, lines);
            }

            row += rows;
            output += (long)rows * stride;
        }
    }

    [SkipLocalsInit]
    private void Run(int panel, int firstRow, int endRow)
    {
        var column = panel * PanelColumns;
        var next = Panel(panel + 1);
        if (column + PanelColumns <= _columns)
        {
            Multiply(panel, firstRow, endRow, _output + ((long)firstRow * _columns) + column, _columns, next);
            return;
        }

        // Columns that only fill up are computed and not written.
        var whole = stackalloc float[Tile * PanelColumns];
        for (var row = firstRow; row < endRow; row += Tile)
        {
            var end = Math.Min(endRow, row + Tile);
            Multiply(panel, row, end, whole, PanelColumns, next);
            for (var one = row; one < end; one++)
            {
                new Span<float>(whole + ((one - row) * PanelColumns), _columns - column).CopyTo(new Span<float>(_output + ((long)one * _columns) + column, _columns - column));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static byte* EightByThree(float* a0, int depth, float* b, float* c, int stride, byte* next, int lines)
    {
        var w = TLanes.Width;
        float* a1 = a0 + depth, a2 = a1 + depth, a3 = a2 + depth, a4 = a3 + depth, a5 = a4 + depth, a6 = a5 + depth, a7 = a6 + depth;
        TVector s00 = TLanes.Zero, s01 = s00, s02 = s00, s10 = s00, s11 = s00, s12 = s00, s20 = s00, s21 = s00, s22 = s00, s30 = s00, s31 = s00, s32 = s00;
        TVector s40 = s00, s41 = s00, s42 = s00, s50 = s00, s51 = s00, s52 = s00, s60 = s00, s61 = s00, s62 = s00, s70 = s00, s71 = s00, s72 = s00;
        for (nint k = 0; k < depth;)
        {
            for (var line = 0; line < lines; line++, next += CacheLine)
            {
                if (Sse.IsSupported) Sse.Prefetch1(next);
            }

            for (var end = Math.Min(depth, k + Step); k < end; k++, b += 3 * w)
            {
                TVector x = TLanes.Load(b), y = TLanes.Load(b + w), z = TLanes.Load(b + (2 * w));
                Add(a0[k], x, y, z, ref s00, ref s01, ref s02);
                Add(a1[k], x, y, z, ref s10, ref s11, ref s12);
                Add(a2[k], x, y, z, ref s20, ref s21, ref s22);
                Add(a3[k], x, y, z, ref s30, ref s31, ref s32);
                Add(a4[k], x, y, z, ref s40, ref s41, ref s42);
                Add(a5[k], x, y, z, ref s50, ref s51, ref s52);
                Add(a6[k], x, y, z, ref s60, ref s61, ref s62);
                Add(a7[k], x, y, z, ref s70, ref s71, ref s72);
            }
        }

        Store(ref c, stride, s00, s01, s02);
        Store(ref c, stride, s10, s11, s12);
        Store(ref c, stride, s20, s21, s22);
        Store(ref c, stride, s30, s31, s32);
        Store(ref c, stride, s40, s41, s42);
        Store(ref c, stride, s50, s51, s52);
        Store(ref c, stride, s60, s61, s62);
        Store(ref c, stride, s70, s71, s72);
        return next;
    }

    // Rows that there are not are the last one once more: the same sums, written to the same place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static byte* UpToFourByThree(int rows, float* a0, int depth, float* b, float* c, int stride, byte* next, int lines)
    {
        var w = TLanes.Width;
        var (step1, step2, step3) = (rows > 1 ? 1 : 0, rows > 2 ? 1 : 0, rows > 3 ? 1 : 0);
        float* a1 = a0 + (step1 * depth), a2 = a1 + (step2 * depth), a3 = a2 + (step3 * depth);
        TVector s00 = TLanes.Zero, s01 = s00, s02 = s00, s10 = s00, s11 = s00, s12 = s00, s20 = s00, s21 = s00, s22 = s00, s30 = s00, s31 = s00, s32 = s00;
        for (nint k = 0; k < depth;)
        {
            for (var line = 0; line < lines; line++, next += CacheLine)
            {
                if (Sse.IsSupported) Sse.Prefetch1(next);
            }

            for (var end = Math.Min(depth, k + Step); k < end; k++, b += 3 * w)
            {
                TVector x = TLanes.Load(b), y = TLanes.Load(b + w), z = TLanes.Load(b + (2 * w));
                Add(a0[k], x, y, z, ref s00, ref s01, ref s02);
                Add(a1[k], x, y, z, ref s10, ref s11, ref s12);
                Add(a2[k], x, y, z, ref s20, ref s21, ref s22);
                Add(a3[k], x, y, z, ref s30, ref s31, ref s32);
            }
        }

        Store(ref c, step1 * stride, s00, s01, s02);
        Store(ref c, step2 * stride, s10, s11, s12);
        Store(ref c, step3 * stride, s20, s21, s22);
        Store(ref c, stride, s30, s31, s32);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float a, TVector x, TVector y, TVector z, ref TVector sumX, ref TVector sumY, ref TVector sumZ)
    {
        var value = TLanes.Broadcast(a);
        sumX = TLanes.MultiplyAdd(value, x, sumX);
        sumY = TLanes.MultiplyAdd(value, y, sumY);
        sumZ = TLanes.MultiplyAdd(value, z, sumZ);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float* c, int stride, TVector x, TVector y, TVector z)
    {
        TLanes.Store(x, c);
        TLanes.Store(y, c + TLanes.Width);
        TLanes.Store(z, c + (2 * TLanes.Width));
        c += stride;
    }
}
