using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Products;

namespace Grpo.Engines.Onnx.Norms;

/// <summary>
/// Replaces SimplifiedLayerNormalization(Add(added, residual)), and SkipSimplifiedLayerNormalization, by <see cref="AddRmsNormOp"/> where what is added comes from a product, so
/// that it is known to be float32, and the residual stream is seen to have its shape.
/// </summary>
/// <param name="graph">The graph, its products rewritten.</param>
/// <param name="inputIds">The name of its token ids.</param>
internal sealed class AddRmsNormRewriter(OnnxGraph graph, string inputIds)
{
    private const int NodeField = 1;
    private const string Norm = "SimplifiedLayerNormalization", SkipNorm = "SkipSimplifiedLayerNormalization";

    // What ONNX Runtime takes where a node does not say.
    private const float NormEpsilon = 1e-5f, SkipNormEpsilon = 1e-12f;

    private readonly FloatProducts _products = new(graph);
    private readonly GraphNodes _nodes = new(graph);
    private readonly Dictionary<ProtobufMessage, ProtobufField> _fields = graph.Message.All(NodeField).ToDictionary(field => field.Message);

    // Tensors that have a row of the model's width for every token: nothing in their sum is broadcast.
    private readonly HashSet<string> _ofEveryToken = [];

    /// <summary>Rewrites the graph.</summary>
    public void Rewrite()
    {
        FindRowsOfEveryToken();
        foreach (var (node, field) in _fields.ToList())
        {
            if (GraphNodes.Operator(node) == Norm) Join(node, field);
            else if (GraphNodes.Operator(node) == SkipNorm) Replace(node, field);
        }
    }

    private void Join(ProtobufMessage norm, ProtobufField field)
    {
        var (inputs, outputs) = (GraphNodes.Inputs(norm), GraphNodes.Outputs(norm));
        // The weights must be there where the sum is computed, and the last axis the one that is normed.
        if (inputs is not [_, _] || _nodes.WriterOf(inputs[1]) is not null || outputs.Skip(1).Any(output => output.Length > 0)) return;
        if (GraphNodes.Attributes(norm).TryGetValue("axis", out var axis) && axis.Integer(3) is not (-1 or 2)) return;
        if (_nodes.WriterOf(inputs[0]) is not { } add || GraphNodes.Operator(add) != "Add" || !_fields.Remove(add, out var addField)) return;
        if (Node(GraphNodes.Inputs(add), inputs[1], outputs[0], inputs[0], norm, NormEpsilon) is not { } joined) return;
        graph.Message.Replace(addField, ProtobufField.Of(NodeField, joined));
        graph.Message.Replace(field);
    }

    private void Replace(ProtobufMessage norm, ProtobufField field)
    {
        var (inputs, outputs) = (GraphNodes.Inputs(norm), GraphNodes.Outputs(norm));
        if (inputs.Count < 3 || inputs.Skip(3).Any(bias => bias.Length > 0) || outputs.Skip(1).Take(2).Any(output => output.Length > 0)) return;
        var sum = outputs.ElementAtOrDefault(3) is { Length: > 0 } named ? named : $"{outputs[0]}.sum";
        if (Node(inputs[..2], inputs[2], outputs[0], sum, norm, SkipNormEpsilon) is not { } joined) return;
        graph.Message.Replace(field, ProtobufField.Of(NodeField, joined));
    }

    private ProtobufMessage? Node(List<string> terms, string weight, string output, string sum, ProtobufMessage norm, float epsilon)
    {
        if (!terms.Exists(IsFloat) || !terms.TrueForAll(_ofEveryToken.Contains)) return null;
        if (GraphNodes.Attributes(norm).TryGetValue("epsilon", out var given)) epsilon = BitConverter.UInt32BitsToSingle((uint)given.Integer(2));
        return GraphNodes.Node(AddRmsNormOp.OperatorName, OperatorDomain.Name, [.. terms, weight], [output, sum], ("epsilon", epsilon));
    }

    // A product, or the norm of one.
    private bool IsFloat(string tensor)
    {
        if (_nodes.WriterOf(tensor) is not { } writer) return false;
        if (GraphNodes.Operator(writer) == Norm) writer = _nodes.WriterOf(GraphNodes.Inputs(writer)[0]);
        return writer is not null && _products.Contains(writer);
    }

    // Nodes stand behind what they read. One that does not is not recognised, so a graph that goes in circles is none of ours to follow.
    private void FindRowsOfEveryToken()
    {
        foreach (var node in graph.Nodes)
        {
            var inputs = GraphNodes.Inputs(node);
            var found = GraphNodes.Operator(node) switch
            {
                "Add" => inputs.TrueForAll(_ofEveryToken.Contains),
                SkipNorm => inputs.Take(2).All(_ofEveryToken.Contains),
                Norm => inputs.Take(1).All(_ofEveryToken.Contains),
                "Gather" or "GatherBlockQuantized" => inputs.Contains(inputIds),
                _ => _products.Contains(node),
            };
            if (found) _ofEveryToken.UnionWith(GraphNodes.Outputs(node));
        }
    }
}
