using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Attention;
using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// The operator <c>grpo::MatrixProduct</c>: float32 activations times a matrix of the version's <see cref="PackedMatrices"/>. Inputs: (..., K); the address
/// of the matrices' table, int64 (1). Output: (..., N).
/// </summary>
internal sealed class MatrixProductOp : CustomOp
{
    /// <summary>NodeProto.op_type.</summary>
    public const string OperatorName = "MatrixProduct";

    /// <summary>Values of a register on this processor.</summary>
    public static int Width => Lanes512.IsSupported ? Lanes512.Width : Lanes256.IsSupported ? Lanes256.Width : Lanes128.Width;

    /// <inheritdoc/>
    public override string Name => OperatorName;

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Inputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Int64)];

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes)
    {
        var (depth, columns, index) = ((int)attributes.WholeNumber("K"), (int)attributes.WholeNumber("N"), (int)attributes.WholeNumber("index"));
        return Lanes512.IsSupported ? new MatrixProductKernel<Lanes512, Vector512<float>>(depth, columns, index)
            : Lanes256.IsSupported ? new MatrixProductKernel<Lanes256, Vector256<float>>(depth, columns, index)
            : new MatrixProductKernel<Lanes128, Vector128<float>>(depth, columns, index);
    }
}
