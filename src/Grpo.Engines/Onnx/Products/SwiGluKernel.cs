using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>One SwiGlu node: spreads the elements over ONNX Runtime's threads.</summary>
internal sealed unsafe class SwiGluKernel<TLanes, TVector> : CustomOpKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // Elements of a piece: some microseconds.
    private const int Piece = 1 << 13;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        KernelTensor gate = context.Input(0), up = context.Input(1);
        Span<long> dimensions = stackalloc long[ProductRows.MostDimensions], others = stackalloc long[ProductRows.MostDimensions];
        dimensions = dimensions[..gate.GetShape(dimensions)];
        if (!dimensions.SequenceEqual(others[..up.GetShape(others)])) throw new InvalidOperationException("The gate and what it gates differ in shape.");
        var count = 1L;
        foreach (var dimension in dimensions) count *= dimension;
        var work = new Pieces { Gate = (float*)gate.Data, Up = (float*)up.Data, Output = (float*)context.Output(0, dimensions).Data, Count = count };
        context.ParallelFor(ref work, checked((int)((count + Piece - 1) / Piece)));
    }

    private struct Pieces : IParallelWork
    {
        public float* Gate;
        public float* Up;
        public float* Output;
        public long Count;

        public readonly void Run(int piece)
        {
            var first = (long)piece * Piece;
            SwiGlu<TLanes, TVector>.Run(Gate + first, Up + first, Output + first, (int)Math.Min(Piece, Count - first));
        }
    }
}
