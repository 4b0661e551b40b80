using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// The operator <c>grpo::QuantizedProduct</c>: what MatMulNBits with <c>accuracy_level</c> 4 computes, over <see cref="PackedWeights"/> whose address is an
/// attribute. Input: float32 (..., K). Output: float32 (..., N).
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
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes)
    {
        var shape = new WeightShape((int)attributes.WholeNumber("K"), (int)attributes.WholeNumber("N"), (int)attributes.WholeNumber("block_size"), (int)attributes.WholeNumber("bits"));
        var weights = (nint)attributes.WholeNumber("weights");
        return (VnniProducts.IsSupported, PairProducts.IsSupported, shape.Bits) switch
        {
            (true, _, 8) => new QuantizedProductKernel<VnniProducts, EightBits>(shape, weights),
            (true, _, _) => new QuantizedProductKernel<VnniProducts, FourBits>(shape, weights),
            (_, _, 8) => new QuantizedProductKernel<PortableProducts, EightBits>(shape, weights),
            (_, true, _) => new QuantizedProductKernel<PairProducts, FourBits>(shape, weights),
            _ => new QuantizedProductKernel<PortableProducts, FourBits>(shape, weights),
        };
    }
}
