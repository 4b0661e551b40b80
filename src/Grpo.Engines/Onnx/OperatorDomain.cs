using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Norms;
using Grpo.Engines.Onnx.Products;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx;

/// <summary>The operators of ours that rewritten graphs use.</summary>
internal static class OperatorDomain
{
    /// <summary>NodeProto.domain.</summary>
    public const string Name = "grpo";

    private static readonly Lazy<CustomOpDomain> Created = new(static () => new CustomOpDomain(Name, new GroupAttentionOp(), new MatrixProductOp(), new GatedProductOp(), new QuantizedProductOp(), new SwiGluOp(), new AddRmsNormOp()));

    /// <summary>The domain to open a session with.</summary>
    public static CustomOpDomain Operators => Created.Value;
}
