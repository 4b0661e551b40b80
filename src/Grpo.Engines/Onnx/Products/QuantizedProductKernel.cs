using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Decoding;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>One QuantizedProduct node: rounds the activations to 8 bits, once for all its matrices, and spreads their columns over ONNX Runtime's threads.</summary>
/// <param name="matrices">The matrices' shapes, which differ in their columns only, and the addresses of <see cref="PackedWeights"/>, which outlive the session.</param>
internal sealed unsafe class QuantizedProductKernel<TProducts, TCodes>((WeightShape Shape, nint Weights)[] matrices) : CustomOpKernel
    where TProducts : struct, IByteProducts
    where TCodes : struct, IWeightCodes
{
    // Rows of which one thread rounds the activations.
    private const int RoundedRows = 16;

    [ThreadStatic]
    private static NativeBuffer? _memory;

    private readonly int _panels = matrices.Sum(matrix => matrix.Shape.Panels);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        var input = context.Input(0);
        var first = matrices[0].Shape;
        Span<long> dimensions = stackalloc long[ProductRows.MostDimensions];
        var rows = ProductRows.Count(input, first.Depth, ref dimensions);
        var outputs = stackalloc float*[MatrixProductOp.MostMatrices];
        for (var i = 0; i < matrices.Length; i++)
        {
            dimensions[^1] = matrices[i].Shape.Columns;
            outputs[i] = (float*)context.Output(i, dimensions).Data;
        }

        if (rows == 0) return;
        var activations = new ActivationCodes(first, rows, ref _memory);
        var rounding = new Rounding { Activations = activations, Values = (float*)input.Data };
        context.ParallelFor(ref rounding, (rows + RoundedRows - 1) / RoundedRows);

        var products = stackalloc BlockProduct[MatrixProductOp.MostMatrices];
        for (var i = 0; i < matrices.Length; i++)
        {
            products[i] = new BlockProduct(activations with { Shape = matrices[i].Shape }, matrices[i].Weights, outputs[i]);
        }

        var each = ProductPieces.Panels(rows, first.PaddedDepth, (long)_panels * WeightShape.PanelColumns, _panels);
        var columns = new Columns { Products = products, Each = each, Count = _panels };
        context.ParallelFor(ref columns, (_panels + each - 1) / each);
    }

    private struct Rounding : IParallelWork
    {
        public ActivationCodes Activations;
        public float* Values;

        public readonly void Run(int piece)
        {
            var end = Math.Min(Activations.Rows, (piece + 1) * RoundedRows);
            for (var row = piece * RoundedRows; row < end; row++)
            {
                Activations.Write(row, Values + ((long)row * Activations.Shape.Depth), TCodes.Zero - TProducts.TakenOff);
            }
        }
    }

    private struct Columns : IParallelWork
    {
        public BlockProduct* Products;
        public int Each;
        public int Count;

        public readonly void Run(int piece)
        {
            // Panels are numbered through all matrices.
            var (first, end) = (piece * Each, Math.Min(Count, (piece + 1) * Each));
            for (var product = Products; end > 0; product++)
            {
                var panels = product->Activations.Shape.Panels;
                for (var panel = Math.Max(first, 0); panel < Math.Min(end, panels); panel++)
                {
                    BlockProduct.Run<TProducts, TCodes>(*product, panel);
                }

                (first, end) = (first - panels, end - panels);
            }
        }
    }
}
