using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Parameters;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// The matrices of one version of the weights in the order in which <see cref="MatrixProduct{TLanes, TVector}"/> reads them: panels of three registers'
/// columns, k by k; the last panel is filled up with zeros. The graph is given the address of their addresses.
/// </summary>
internal sealed unsafe class PackedMatrices : IDisposable
{
    /// <summary>Registers of a panel.</summary>
    public const int Strips = 3;

    private readonly NativeBuffer _matrices;
    private readonly NativeBuffer _table;

    /// <summary>Packs matrices.</summary>
    /// <param name="shapes">Their shapes.</param>
    /// <param name="weights">A version of the weights.</param>
    public PackedMatrices(IReadOnlyList<MatrixShape> shapes, WeightSet weights)
    {
        var (panel, before) = (MatrixProductOp.Width * Strips, 0L);
        _matrices = new NativeBuffer(Math.Max(1, shapes.Sum(shape => Bytes(shape.Depth, shape.Columns, panel))));
        _table = new NativeBuffer(Math.Max(1, shapes.Count) * sizeof(nint));
        for (var index = 0; index < shapes.Count; index++)
        {
            var (shape, packed) = (shapes[index], _matrices.Address + (nint)before);
            Pack(shape, (float*)weights.Values[shape.Parameter].Address, (float*)packed, panel);
            _table.AsSpan<nint>()[index] = packed;
            before += Bytes(shape.Depth, shape.Columns, panel);
        }
    }

    /// <summary>Where the addresses of the matrices lie, in the order of the shapes.</summary>
    public nint Table => _table.Address;

    /// <summary>Bytes of a packed matrix.</summary>
    /// <param name="depth">K.</param>
    /// <param name="columns">N.</param>
    /// <param name="panel">Columns of a panel.</param>
    public static long Bytes(long depth, long columns, int panel) => (columns + panel - 1) / panel * panel * depth * sizeof(float);

    /// <summary>Packs a matrix.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="source">Its values.</param>
    /// <param name="packed">Room for <see cref="Bytes"/>.</param>
    /// <param name="panel">Columns of a panel.</param>
    public static void Pack(MatrixShape shape, float* source, float* packed, int panel)
    {
        var (depth, columns) = (shape.Depth, shape.Columns);
        for (var first = 0; first < columns; first += panel)
        {
            var width = Math.Min(panel, columns - first);
            var target = packed + ((long)first * depth);
            if (width < panel) new Span<byte>(target, checked(panel * depth * sizeof(float))).Clear();
            for (var column = 0; column < width && shape.IsTransposed; column++)
            {
                var values = source + ((long)(first + column) * depth);
                for (var k = 0; k < depth; k++) target[((long)k * panel) + column] = values[k];
            }

            for (var k = 0; k < depth && !shape.IsTransposed; k++)
            {
                new Span<float>(source + ((long)k * columns) + first, width).CopyTo(new Span<float>(target + ((long)k * panel), width));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _matrices.Dispose();
        _table.Dispose();
    }
}
