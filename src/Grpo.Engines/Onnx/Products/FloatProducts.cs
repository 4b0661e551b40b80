using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Products;

/// <summary>The nodes of a graph that multiply activations with weights and answer float32: products of our own, and those of quantized weights that stay ONNX Runtime's.</summary>
/// <param name="graph">The graph.</param>
internal sealed class FloatProducts(OnnxGraph graph)
{
    private const int Scales = 2;

    private readonly HashSet<string> _floats = [.. graph.Initializers.Where(initializer => initializer.ElementType == TensorElementType.Float).Select(initializer => initializer.Name)];

    /// <summary>Whether a node is one. MatMulNBits answers in the type of its scales; one that lacks something is left for ONNX Runtime to refuse.</summary>
    public bool Contains(ProtobufMessage node) => GraphNodes.Operator(node) switch
    {
        MatrixProductOp.OperatorName or QuantizedProductOp.OperatorName => true,
        "MatMulNBits" => GraphNodes.Inputs(node) is { Count: > Scales } inputs && _floats.Contains(inputs[Scales]) && GraphNodes.Attributes(node).ContainsKey("N"),
        _ => false,
    };
}
