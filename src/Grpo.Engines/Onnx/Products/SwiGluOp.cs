using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// The operator <c>grpo::SwiGlu</c>: gate · sigmoid(gate) · up (arXiv:2002.05202), element by element in one pass. Inputs: gate and up, float32, of one shape.
/// Output: float32 of that shape.
/// </summary>
internal sealed class SwiGluOp : CustomOp
{
    /// <summary>NodeProto.op_type.</summary>
    public const string OperatorName = "SwiGlu";

    /// <inheritdoc/>
    public override string Name => OperatorName;

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Inputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes) =>
        Lanes512.IsSupported ? new SwiGluKernel<Lanes512, Vector512<float>>()
            : Lanes256.IsSupported ? new SwiGluKernel<Lanes256, Vector256<float>>()
            : new SwiGluKernel<Lanes128, Vector128<float>>();
}
