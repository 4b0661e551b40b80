using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Norms;

/// <summary>
/// The operator <c>grpo::AddRmsNorm</c>: adds to the residual stream and takes its RMS norm (arXiv:1910.07467) in one pass. Inputs, float32: what is added and the residual stream, of
/// one shape (..., H), and the weights (H). Outputs of that shape: the norm, and the sum. Attribute: epsilon.
/// </summary>
internal sealed class AddRmsNormOp : CustomOp
{
    /// <summary>NodeProto.op_type.</summary>
    public const string OperatorName = "AddRmsNorm";

    /// <inheritdoc/>
    public override string Name => OperatorName;

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Inputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Float), new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes)
    {
        var epsilon = attributes.RealNumber("epsilon");
        return Lanes512.IsSupported ? new AddRmsNormKernel<Lanes512, Vector512<float>>(epsilon)
            : Lanes256.IsSupported ? new AddRmsNormKernel<Lanes256, Vector256<float>>(epsilon)
            : new AddRmsNormKernel<Lanes128, Vector128<float>>(epsilon);
    }
}
