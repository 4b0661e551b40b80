using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Decoding;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>One QuantizedProduct node: rounds the activations to 8 bits and spreads the columns over ONNX Runtime's threads.</summary>
/// <param name="shape">The weights' shape.</param>
/// <param name="weights">The address of <see cref="PackedWeights"/>, which outlive the session.</param>
internal sealed unsafe class QuantizedProductKernel<TProducts, TCodes>(WeightShape shape, nint weights) : CustomOpKernel
    where TProducts : struct, IByteProducts
    where TCodes : struct, IWeightCodes
{
    // Rows of which one thread rounds the activations.
    private const int RoundedRows = 16;

    [ThreadStatic]
    private static NativeBuffer? _memory;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        var input = context.Input(0);
        Span<long> dimensions = stackalloc long[ProductRows.MostDimensions];
        var rows = ProductRows.Count(input, shape.Depth, ref dimensions);
        dimensions[^1] = shape.Columns;
        var output = (float*)context.Output(0, dimensions).Data;
        if (rows == 0) return;

        var activations = new ActivationCodes(shape, rows, ref _memory);
        var rounding = new Rounding { Activations = activations, Values = (float*)input.Data };
        context.ParallelFor(ref rounding, (rows + RoundedRows - 1) / RoundedRows);

        var panels = ProductRows.PanelsOfPiece(rows, shape.PaddedDepth, (long)shape.Panels * WeightShape.PanelColumns, shape.Panels);
        var columns = new Columns { Product = new BlockProduct(activations, weights, output), PanelsEach = panels };
        context.ParallelFor(ref columns, (shape.Panels + panels - 1) / panels);
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
                Activations.Write(row, Values + ((long)row * Activations.Shape.Depth), TCodes.Zero);
            }
        }
    }

    private struct Columns : IParallelWork
    {
        public BlockProduct Product;
        public int PanelsEach;

        public readonly void Run(int piece)
        {
            var end = Math.Min(Product.Activations.Shape.Panels, (piece + 1) * PanelsEach);
            for (var panel = piece * PanelsEach; panel < end; panel++)
            {
                BlockProduct.Run<TProducts, TCodes>(Product, panel);
            }
        }
    }
}
