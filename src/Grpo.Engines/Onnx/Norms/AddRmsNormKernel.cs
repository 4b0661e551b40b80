using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Products;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Norms;

/// <summary>One AddRmsNorm node: spreads the tokens over ONNX Runtime's threads.</summary>
/// <param name="epsilon">What keeps the root from 0.</param>
internal sealed unsafe class AddRmsNormKernel<TLanes, TVector>(float epsilon) : CustomOpKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // Values of a piece: some microseconds. Fewer are not worth another thread.
    private const int Piece = 1 << 13;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        KernelTensor added = context.Input(0), residual = context.Input(1), weight = context.Input(2);
        Span<long> dimensions = stackalloc long[ProductRows.MostDimensions], others = stackalloc long[ProductRows.MostDimensions], widths = stackalloc long[ProductRows.MostDimensions];
        others = others[..residual.GetShape(others)];
        if (weight.GetShape(widths) != 1) throw new InvalidOperationException("The weights of a norm are no vector.");
        var width = checked((int)widths[0]);
        var rows = ProductRows.Count(added, width, ref dimensions);
        if (!dimensions.SequenceEqual(others)) throw new InvalidOperationException("What is added differs in shape from the residual stream.");
        var work = new Tokens
        {
            Added = (float*)added.Data,
            Residual = (float*)residual.Data,
            Weight = (float*)weight.Data,
            Output = (float*)context.Output(0, dimensions).Data,
            Sum = (float*)context.Output(1, dimensions).Data,
            Width = width,
            Epsilon = epsilon,
            Count = rows,
            Each = Math.Max(1, Piece / width),
        };
        context.ParallelFor(ref work, (rows + work.Each - 1) / work.Each);
    }

    private struct Tokens : IParallelWork
    {
        public float* Added;
        public float* Residual;
        public float* Weight;
        public float* Output;
        public float* Sum;
        public int Width;
        public float Epsilon;
        public int Count;
        public int Each;

        public readonly void Run(int piece)
        {
            var end = Math.Min(Count, (piece + 1) * Each);
            for (var token = piece * Each; token < end; token++)
            {
                var at = (long)token * Width;
                AddRmsNorm<TLanes, TVector>.Run(Added + at, Residual + at, Weight, Width, Epsilon, Sum + at, Output + at);
            }
        }
    }
}
