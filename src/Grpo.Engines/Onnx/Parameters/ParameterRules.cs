using Grpo.Engines.Onnx.Models;

namespace Grpo.Engines.Onnx.Parameters;

/// <summary>Which constants of a graph are parameters, that is, what training changes.</summary>
internal static class ParameterRules
{
    private static readonly string[] Quantized =
    [
        "MatMulNBits", "MatMulBnb4", "MatMulFpQ4", "MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "QLinearMatMul", "QMoE", "QAttention",
        "GatherBlockQuantized", "DequantizeLinear",
    ];

    /// <summary>The parameters: floating-point tensors of at least one dimension, but for the tables of the rotary embedding.</summary>
    public static IEnumerable<Initializer> Of(OnnxGraph graph)
    {
        var tables = RotaryTables(graph).ToHashSet();
        return graph.Initializers.Where(initializer => initializer.IsFloatingPoint && initializer.Shape.Length > 0 && initializer.ElementCount > 1 && !tables.Contains(initializer.Name));
    }

    /// <summary>Why the parameters cannot be replaced; null when they can.</summary>
    /// <param name="facts">The graph's operators.</param>
    /// <param name="file">Where it comes from.</param>
    public static string? Refusal(GraphFacts facts, GraphFile file) => file.PromptPath is not null
        ? "The model is split into a graph for prompts and one for later tokens, each with weights of its own. Export it as one graph to train it."
        : Array.Find(Quantized, facts.Operators.Contains) is { } name
            ? $"The model's weights are quantized ({name}): new ones would have to be quantized in the same way before they are sent. Load the float32 or float16 variant of the model to train it."
            : null;

    // com.microsoft: GroupQueryAttention(query, key, value, past_key, past_value, seqlens_k, total_sequence_length, cos_cache, sin_cache, ...),
    // RotaryEmbedding(input, position_ids, cos_cache, sin_cache); ai.onnx: RotaryEmbedding(X, cos_cache, sin_cache, position_ids).
    private static IEnumerable<string> RotaryTables(OnnxGraph graph) => graph.Nodes.SelectMany(node =>
    {
        var inputs = node.All(1).Select(input => input.Text).ToList();
        return (node.Text(4), node.Text(7)) switch
        {
            ("GroupQueryAttention", _) => inputs.Skip(7).Take(2),
            ("RotaryEmbedding", "com.microsoft") => inputs.Skip(2).Take(2),
            ("RotaryEmbedding", _) => inputs.Skip(1).Take(2),
            _ => [],
        };
    });
}
