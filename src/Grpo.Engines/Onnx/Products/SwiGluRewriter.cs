using Grpo.Engines.Onnx.Models;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// Replaces Mul(Mul(gate, Sigmoid(gate)), up) where gate and up are products of the same activations, so that they are float32 and of one shape: float32 products and all by
/// <see cref="GatedProductOp"/>, behind others by <see cref="SwiGluOp"/>. What nothing reads any more is left to be pruned.
/// </summary>
internal static class SwiGluRewriter
{
    private const int NodeField = 1;

    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">The graph, its products rewritten.</param>
    public static void Rewrite(OnnxGraph graph)
    {
        var (nodes, products) = (new GraphNodes(graph), new FloatProducts(graph));
        foreach (var field in graph.Message.All(NodeField).Where(field => GraphNodes.Operator(field.Message) == "Mul").ToList())
        {
            if (Match(nodes, products, field.Message) is not var (gate, up)) continue;
            var output = GraphNodes.Outputs(field.Message)[0];
            graph.Message.Replace(field, ProtobufField.Of(NodeField, Gated(nodes, gate, up, output) ?? GraphNodes.Node(SwiGluOp.OperatorName, OperatorDomain.Name, [gate, up], output)));
        }
    }

    private static (string Gate, string Up)? Match(GraphNodes nodes, FloatProducts products, ProtobufMessage product)
    {
        var factors = GraphNodes.Inputs(product);
        foreach (var (silu, up) in (ReadOnlySpan<(string, string)>)[(factors[0], factors[1]), (factors[1], factors[0])])
        {
            if (Gate(nodes, silu) is { } gate && ProductOf(nodes, products, gate) is { } first && ProductOf(nodes, products, up) == first) return (gate, up);
        }

        return null;
    }

    // Gate and up are the outputs of one node where nothing else multiplies their activations.
    private static ProtobufMessage? Gated(GraphNodes nodes, string gate, string up, string output)
    {
        var product = nodes.WriterOf(gate)!;
        if (GraphNodes.Operator(product) != MatrixProductOp.OperatorName || nodes.WriterOf(up) != product || GraphNodes.Outputs(product) is not [_, _] outputs) return null;
        var attributes = GraphNodes.Attributes(product);
        long Attribute(string name) => attributes[name].Integer(3);
        return GraphNodes.Node(
            GatedProductOp.OperatorName, OperatorDomain.Name, GraphNodes.Inputs(product), output,
            ("K", Attribute("K")), ("N", Attribute("N0")), ("gate", Attribute($"index{outputs.IndexOf(gate)}")), ("up", Attribute($"index{outputs.IndexOf(up)}")));
    }

    // gate, of Mul(gate, Sigmoid(gate)) in either order.
    private static string? Gate(GraphNodes nodes, string silu)
    {
        if (nodes.WriterOf(silu) is not { } writer || GraphNodes.Operator(writer) != "Mul") return null;
        var factors = GraphNodes.Inputs(writer);
        return IsSigmoidOf(factors[1], factors[0]) ? factors[0] : IsSigmoidOf(factors[0], factors[1]) ? factors[1] : null;

        bool IsSigmoidOf(string sigmoid, string gate) =>
            nodes.WriterOf(sigmoid) is { } node && GraphNodes.Operator(node) == "Sigmoid" && GraphNodes.Inputs(node)[0] == gate;
    }

    // What a product multiplies, and how many columns it has.
    private static (string Activations, long Columns)? ProductOf(GraphNodes nodes, FloatProducts products, string tensor)
    {
        if (nodes.WriterOf(tensor) is not { } node || !products.Contains(node)) return null;
        var columns = GraphNodes.Operator(node) == "MatMulNBits" ? "N" : $"N{GraphNodes.Outputs(node).IndexOf(tensor)}";
        return (GraphNodes.Inputs(node)[0], GraphNodes.Attributes(node)[columns].Integer(3));
    }
}
