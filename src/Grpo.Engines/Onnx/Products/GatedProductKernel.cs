using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>One GatedProduct node: spreads the columns over ONNX Runtime's threads.</summary>
/// <param name="depth">K.</param>
/// <param name="columns">N.</param>
/// <param name="gate">The place of the gate's matrix in the table.</param>
/// <param name="up">The place of the other matrix.</param>
internal sealed unsafe class GatedProductKernel<TLanes, TVector>(int depth, int columns, int gate, int up) : CustomOpKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _panels = MatrixProduct<TLanes, TVector>.PanelsOf(columns);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        var input = context.Input(0);
        Span<long> dimensions = stackalloc long[ProductRows.MostDimensions];
        var rows = ProductRows.Count(input, depth, ref dimensions);
        var table = (float**)*(long*)context.Input(1).Data;
        dimensions[^1] = columns;
        var output = (float*)context.Output(0, dimensions).Data;
        if (rows == 0) return;
        var each = ProductPieces.Panels(rows, depth, 2L * columns, _panels);
        var work = new Panels
        {
            Product = new GatedProduct<TLanes, TVector>(
                new MatrixProduct<TLanes, TVector>((float*)input.Data, rows, table[gate], depth, columns, null),
                new MatrixProduct<TLanes, TVector>((float*)input.Data, rows, table[up], depth, columns, null),
                output),
            Each = each,
            Count = _panels,
        };
        context.ParallelFor(ref work, (_panels + each - 1) / each);
    }

    private struct Panels : IParallelWork
    {
        public GatedProduct<TLanes, TVector> Product;
        public int Each;
        public int Count;

        public readonly void Run(int piece) => Product.Run(piece * Each, Math.Min(Count, (piece + 1) * Each));
    }
}
