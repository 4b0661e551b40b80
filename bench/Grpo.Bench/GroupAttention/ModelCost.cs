using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Models;

namespace Grpo.Bench.GroupAttention;

/// <summary>What a decode step of a model cannot do without.</summary>
/// <param name="WeightBytes">Bytes of the weights that every step reads: all but the embedding, of which it reads single rows.</param>
/// <param name="Multiplications">Multiplications of weights for one token.</param>
/// <param name="Graph">Its attention.</param>
internal sealed record ModelCost(long WeightBytes, long Multiplications, GroupGraph Graph)
{
    /// <summary>Reads it off a graph.</summary>
    public static ModelCost Of(string path, GroupGraph graph)
    {
        var onnx = OnnxGraph.Parse(File.ReadAllBytes(path));
        var initializers = onnx.Initializers.ToDictionary(initializer => initializer.Name);

        // A tied output layer multiplies by the transposed embedding.
        var transposed = onnx.Nodes.Where(node => GraphNodes.Operator(node) is "Transpose").ToDictionary(node => GraphNodes.Outputs(node)[0], node => GraphNodes.Inputs(node)[0]);
        var (bytes, multiplications) = (0L, 0L);
        foreach (var node in onnx.Nodes.Where(node => GraphNodes.Operator(node) is "MatMul" or "MatMulNBits"))
        {
            var weights = GraphNodes.Inputs(node).Select(name => transposed.GetValueOrDefault(name, name)).Where(initializers.ContainsKey).Select(name => initializers[name]).ToList();
            bytes += weights.Sum(weight => weight.ElementCount * Grpo.OnnxRuntime.TensorElementTypes.SizeInBytes(weight.ElementType));
            var attributes = GraphNodes.Attributes(node);
            multiplications += attributes.TryGetValue("K", out var depth) ? depth.Integer(3) * attributes["N"].Integer(3) : weights[0].ElementCount;
        }

        return new ModelCost(bytes, multiplications, graph);
    }

    /// <summary>The least time of a rollout's decode steps: their bytes over the bandwidth, or their operations over the peak, whichever is larger.</summary>
    public (double Seconds, string Bound) LeastDecodeSeconds(RolloutShape shape, MachineLimits limits)
    {
        var (attention, steps) = (Graph.Shape, shape.NewTokens - 1);
        var tokenBytes = 2.0 * Graph.Layers * attention.KvHeads * attention.HeadSize * sizeof(float);
        var meanSuffix = shape.NewTokens / 2.0;
        var bytes = steps * (WeightBytes + (tokenBytes * (shape.PromptTokens + (shape.GroupSize * meanSuffix))));
        var perToken = (2.0 * Multiplications) + (4.0 * Graph.Layers * attention.Heads * attention.HeadSize * (shape.PromptTokens + meanSuffix));
        var (memory, arithmetic) = (bytes / limits.BytesPerSecond, steps * shape.GroupSize * perToken / limits.OperationsPerSecond);
        return memory > arithmetic ? (memory, "memory") : (arithmetic, "arithmetic");
    }
}
