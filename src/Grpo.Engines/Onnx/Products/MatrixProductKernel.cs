using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>One MatrixProduct node: spreads the columns of all its matrices over ONNX Runtime's threads.</summary>
/// <param name="depth">K.</param>
/// <param name="matrices">Columns, and place in the table, of each matrix.</param>
internal sealed unsafe class MatrixProductKernel<TLanes, TVector>(int depth, (int Columns, int Index)[] matrices) : CustomOpKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _panels = matrices.Sum(matrix => MatrixProduct<TLanes, TVector>.PanelsOf(matrix.Columns));
    private readonly long _columns = matrices.Sum(matrix => (long)matrix.Columns);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        var input = context.Input(0);
        Span<long> dimensions = stackalloc long[ProductRows.MostDimensions];
        var rows = ProductRows.Count(input, depth, ref dimensions);
        var table = (float**)*(long*)context.Input(1).Data;
        var products = stackalloc MatrixProduct<TLanes, TVector>[MatrixProductOp.MostMatrices];
        for (var i = 0; i < matrices.Length; i++)
        {
            var (columns, index) = matrices[i];
            dimensions[^1] = columns;
            products[i] = new MatrixProduct<TLanes, TVector>((float*)input.Data, rows, table[index], depth, columns, (float*)context.Output(i, dimensions).Data);
        }

        if (rows == 0) return;
        var each = ProductPieces.Panels(rows, depth, _columns, _panels);
        var work = new Panels { Products = products, Each = each, Count = _panels };
        context.ParallelFor(ref work, (_panels + each - 1) / each);
    }

    private struct Panels : IParallelWork
    {
        public MatrixProduct<TLanes, TVector>* Products;
        public int Each;
        public int Count;

        public readonly void Run(int piece)
        {
            // Panels are numbered through all matrices.
            var (first, end) = (piece * Each, Math.Min(Count, (piece + 1) * Each));
            for (var product = Products; end > 0; product++)
            {
                var panels = product->Panels;
                if (first < panels) product->Run(Math.Max(first, 0), Math.Min(end, panels));
                (first, end) = (first - panels, end - panels);
            }
        }
    }
}
