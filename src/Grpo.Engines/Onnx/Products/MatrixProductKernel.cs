using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Attention;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>One MatrixProduct node: spreads the columns over ONNX Runtime's threads.</summary>
/// <param name="depth">K.</param>
/// <param name="columns">N.</param>
/// <param name="index">Which of the matrices.</param>
internal sealed unsafe class MatrixProductKernel<TLanes, TVector>(int depth, int columns, int index) : CustomOpKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // Multiplications of a piece: some microseconds, so that handing it out costs little beside it.
    private const long PieceWork = 1 << 18;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        var input = context.Input(0);
        Span<long> dimensions = stackalloc long[ProductRows.MostDimensions];
        var rows = ProductRows.Count(input, depth, ref dimensions);
        dimensions[^1] = columns;
        var output = (float*)context.Output(0, dimensions).Data;
        if (rows == 0) return;
        var matrix = ((float**)*(long*)context.Input(1).Data)[index];
        var panels = MatrixProduct<TLanes, TVector>.PanelsOf(columns);
        var each = (int)Math.Clamp(PieceWork * panels / ((long)rows * depth * columns), 1, panels);
        var work = new Panels { Product = new MatrixProduct<TLanes, TVector>((float*)input.Data, rows, matrix, depth, columns, output), Each = each, Count = panels };
        context.ParallelFor(ref work, (panels + each - 1) / each);
    }

    private struct Panels : IParallelWork
    {
        public MatrixProduct<TLanes, TVector> Product;
        public int Each;
        public int Count;

        public readonly void Run(int piece) => Product.Run(piece * Each, Math.Min(Count, (piece + 1) * Each));
    }
}
