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

        return (bits, VnniProducts.IsSupported, PairProducts.IsSupported) switch
        {
            (8, true, _) => new QuantizedProductKernel<VnniProducts, EightBits>(matrices),
            (8, _, true) => new QuantizedProductKernel<SignedPairProducts, EightBits>(matrices),
            (8, _, _) => new QuantizedProductKernel<PortableProducts, EightBits>(matrices),
            (_, true, _) => new QuantizedProductKernel<VnniProducts, FourBits>(matrices),
            (_, _, true) => new QuantizedProductKernel<PairProducts, FourBits>(matrices),
            _ => new QuantizedProductKernel<PortableProducts, FourBits>(matrices),
        };
    }
}
