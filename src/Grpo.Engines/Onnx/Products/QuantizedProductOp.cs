using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// The operator <c>grpo::QuantizedProduct</c>: what MatMulNBits with <c>accuracy_level</c> 4 computes, over one or some <see cref="PackedWeights"/> whose addresses are
/// attributes. Input: float32 (..., K). Outputs: float32 (..., N0), (..., N1), (..., N2). Attributes: K, block_size, bits, count, and N and weights of each matrix.
/// </summary>
internal sealed class QuantizedProductOp : CustomOp
{
    /// <summary>NodeProto.op_type.</summary>
    public const string OperatorName = "QuantizedProduct";

    /// <inheritdoc/>
    public override string Name => OperatorName;

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Inputs { get; } = [new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Float, IsOptional: true), new(TensorElementType.Float, IsOptional: true)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes)
    {
        var (depth, block, bits) = ((int)attributes.WholeNumber("K"), (int)attributes.WholeNumber("block_size"), (int)attributes.WholeNumber("bits"));
        var matrices = new (WeightShape Shape, nint Weights)[(int)attributes.WholeNumber("count")];
        for (var i = 0; i < matrices.Length; i++)
        {
            matrices[i] = (new WeightShape(depth, (int)attributes.WholeNumber($"N{i}"), block, bits), (nint)attributes.WholeNumber($"weights{i}"));
        }

        return (VnniProducts.IsSupported, PairProducts.IsSupported, bits) switch
        {
            (true, _, 8) => new QuantizedProductKernel<VnniProducts, EightBits>(matrices),
            (true, _, _) => new QuantizedProductKernel<VnniProducts, FourBits>(matrices),
            (_, _, 8) => new QuantizedProductKernel<PortableProducts, EightBits>(matrices),
            (_, true, _) => new QuantizedProductKernel<PairProducts, FourBits>(matrices),
            _ => new QuantizedProductKernel<PortableProducts, FourBits>(matrices),
        };
    }
}
