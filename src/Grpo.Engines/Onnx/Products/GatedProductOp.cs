using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// The operator <c>grpo::GatedProduct</c>: gate · sigmoid(gate) · up (arXiv:2002.05202), where gate and up are float32 activations times two matrices of the version's
/// <see cref="PackedMatrices"/>. Inputs: (..., K); the address of the matrices' table, int64 (1). Output: (..., N). Attributes: K, N, and gate and up, the indices of the matrices.
/// </summary>
internal sealed class GatedProductOp : CustomOp
{
    /// <summary>NodeProto.op_type.</summary>
    public const string OperatorName = "GatedProduct";

    /// <inheritdoc/>
    public override string Name => OperatorName;

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Inputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Int64)];

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes)
    {
        var (depth, columns) = ((int)attributes.WholeNumber("K"), (int)attributes.WholeNumber("N"));
        var (gate, up) = ((int)attributes.WholeNumber("gate"), (int)attributes.WholeNumber("up"));
        return Lanes512.IsSupported ? new GatedProductKernel<Lanes512, Vector512<float>>(depth, columns, gate, up)
            : Lanes256.IsSupported ? new GatedProductKernel<Lanes256, Vector256<float>>(depth, columns, gate, up)
            : new GatedProductKernel<Lanes128, Vector128<float>>(depth, columns, gate, up);
    }
}
