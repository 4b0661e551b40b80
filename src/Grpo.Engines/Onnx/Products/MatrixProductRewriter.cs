using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// Replaces MatMul nodes whose second input is a float32 parameter, or a parameter's Transpose, by <see cref="MatrixProductOp"/>; those of the same activations
/// by one, since each node costs the threads a meeting. A parameter that nothing else reads is taken out of the graph: the sessions hold no copy of it.
/// </summary>
internal static class MatrixProductRewriter
{
    /// <summary>Input of a rewritten graph: the address of the version's table of matrices, int64 (1); only where it has any.</summary>
    public const string MatricesInput = "grpo.matrices";

    private const int NodeField = 1, InputField = 11;

    /// <summary>Whether our products are faster than ONNX Runtime's on this processor.</summary>
    public static bool IsFaster => Lanes512.IsSupported || Lanes256.IsSupported;

    /// <summary>Rewrites a graph; it gets the input <see cref="MatricesInput"/>.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <returns>The matrices, in the order of the table.</returns>
    public static IReadOnlyList<MatrixShape> Rewrite(OnnxGraph graph, IReadOnlyList<Initializer> parameters)
    {
        var matrices = parameters.Where(parameter => parameter.ElementType == TensorElementType.Float && parameter.Shape is [> 0 and <= int.MaxValue, > 0 and <= int.MaxValue])
            .ToDictionary(parameter => parameter.Name);
        var (nodes, shapes) = (new GraphNodes(graph), new List<MatrixShape>());
        var products = graph.Message.All(NodeField)
            .Where(field => GraphNodes.Operator(field.Message) == "MatMul")
            .Select(field => (Field: field, Inputs: GraphNodes.Inputs(field.Message)))
            .Select(product => (product.Field, Activations: product.Inputs[0], Shape: ShapeOf(product.Inputs[1], nodes, matrices)))
            .Where(product => product.Shape is not null);
        foreach (var together in products.GroupBy(product => product.Activations).SelectMany(same => same.Chunk(MatrixProductOp.MostMatrices)).ToList())
        {
            var attributes = new List<(string Name, object Value)> { ("K", together[0].Shape!.Depth), ("count", together.Length) };
            for (var i = 0; i < together.Length; i++)
            {
                attributes.Add(($"N{i}", together[i].Shape!.Columns));
                attributes.Add(($"index{i}", IndexOf(together[i].Shape!)));
            }

            // All that they read is there where the first of them stood.
            graph.Message.Replace(together[0].Field, ProtobufField.Of(NodeField, GraphNodes.Node(
                MatrixProductOp.OperatorName, OperatorDomain.Name, [together[0].Activations, MatricesInput],
                together.Select(product => GraphNodes.Outputs(product.Field.Message)[0]), attributes)));
            foreach (var (field, _, _) in together[1..])
            {
                graph.Message.Replace(field);
            }
        }

        if (shapes.Count > 0) graph.Message.Add(ProtobufField.Of(InputField, new GraphValue(MatricesInput, TensorElementType.Int64, [1]).Write()));
        return shapes;

        int IndexOf(MatrixShape shape)
        {
            var index = shapes.IndexOf(shape);
            if (index < 0) shapes.Add(shape);
            return index < 0 ? shapes.Count - 1 : index;
        }
    }

    private static MatrixShape? ShapeOf(string name, GraphNodes nodes, Dictionary<string, Initializer> matrices)
    {
        var transposed = false;
        if (nodes.WriterOf(name) is { } writer)
        {
            // Without the attribute perm (AttributeProto.ints = 8) a Transpose reverses the dimensions.
            if (GraphNodes.Operator(writer) != "Transpose" || (GraphNodes.Attributes(writer).TryGetValue("perm", out var perm) && !perm.All(8).SelectMany(Initializer.Integers).SequenceEqual([1L, 0L]))) return null;
            (name, transposed) = (GraphNodes.Inputs(writer)[0], true);
        }

        return matrices.TryGetValue(name, out var matrix) ? new MatrixShape(name, (int)matrix.Shape[transposed ? 1 : 0], (int)matrix.Shape[transposed ? 0 : 1], transposed) : null;
    }
}
