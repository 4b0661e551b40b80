using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// The operator <c>grpo::GroupAttention</c>: causal attention of a flat batch of tokens over a cache that the engine owns. Inputs: query,
/// key, value, each (1, tokens, heads · head size), or query alone with all three packed; the address of the <see cref="AttentionBatch"/>,
/// int64 (1); cos and sin (positions, rotary half); sinks (heads). Output: (1, tokens, heads · head size).
/// </summary>
internal sealed class GroupAttentionOp : CustomOp
{
    /// <summary>NodeProto.op_type.</summary>
    public const string OperatorName = "GroupAttention";

    /// <inheritdoc/>
    public override string Name => OperatorName;

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Inputs { get; } =
    [
        new(TensorElementType.Float),
        new(TensorElementType.Float, IsOptional: true),
        new(TensorElementType.Float, IsOptional: true),
        new(TensorElementType.Int64),
        new(TensorElementType.Float, IsOptional: true),
        new(TensorElementType.Float, IsOptional: true),
        new(TensorElementType.Float, IsOptional: true),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float)];

    /// <inheritdoc/>
    public override CustomOpKernel CreateKernel(KernelAttributes attributes)
    {
        var shape = new AttentionShape
        {
            Heads = (int)attributes.WholeNumber("num_heads"),
            KvHeads = (int)attributes.WholeNumber("kv_num_heads"),
            HeadSize = (int)attributes.WholeNumber("head_size"),
            Scale = attributes.RealNumber("scale"),
            SoftCap = attributes.RealNumber("softcap"),
            Window = (int)attributes.WholeNumber("window"),
            SmoothSoftmax = attributes.WholeNumber("smooth_softmax") == 1,
            Rotary = attributes.WholeNumber("rotary") == 1,
            RotaryInterleaved = attributes.WholeNumber("rotary_interleaved") == 1,
        };
        var layer = (int)attributes.WholeNumber("layer");
        return Lanes512.IsSupported ? new GroupAttentionKernel<Lanes512, Vector512<float>>(shape, layer)
            : Lanes256.IsSupported ? new GroupAttentionKernel<Lanes256, Vector256<float>>(shape, layer)
            : new GroupAttentionKernel<Lanes128, Vector128<float>>(shape, layer);
    }
}
