using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// The operator <c>grpo::MatrixProduct</c>: float32 activations times one or some matrices of the version's <see cref="PackedMatrices"/>. Inputs: (..., K); the
/// address of the matrices' table, int64 (1). Outputs: (..., N0), (..., N1), (..., N2). Attributes: K, count, and N and index of each matrix.
/// </summary>
internal sealed class MatrixProductOp : CustomOp
{
    /// <summary>NodeProto.op_type.</summary>
    public const string OperatorName = "MatrixProduct";

    /// <summary>The most matrices of a node: queries, keys and values.</summary>
    public const int MostMatrices = 3;

    /// <summary>Values of a register on this processor.</summary>
    public static int Width => Lanes512.IsSupported ? Lanes512.Width : Lanes256.IsSupported ? Lanes256.Width : Lanes128.Width;

    /// <inheritdoc/>
    public override string Name => OperatorName;

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Inputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Int64)];

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Float, IsOptional: true), new(TensorElementType.Float, IsOptional: true)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes)
    {
        var depth = (int)attributes.WholeNumber("K");
        var matrices = new (int Columns, int Index)[(int)attributes.WholeNumber("count")];
        for (var i = 0; i < matrices.Length; i++)
        {
            matrices[i] = ((int)attributes.WholeNumber($"N{i}"), (int)attributes.WholeNumber($"index{i}"));
        }

        return Lanes512.IsSupported ? new MatrixProductKernel<Lanes512, Vector512<float>>(depth, matrices)
            : Lanes256.IsSupported ? new MatrixProductKernel<Lanes256, Vector256<float>>(depth, matrices)
            : new MatrixProductKernel<Lanes128, Vector128<float>>(depth, matrices);
    }
}
