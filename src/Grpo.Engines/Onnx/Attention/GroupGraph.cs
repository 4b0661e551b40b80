using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Products;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// A decoder graph rewritten for <see cref="GroupAttentionOp"/>: no cache and no mask among its inputs, a flat batch of tokens (1, tokens), logits at
/// the places asked for (1, places, V).
/// </summary>
internal sealed record GroupGraph
{
    /// <summary>Input: the address of the pass's <see cref="AttentionBatch"/>, int64 (1).</summary>
    public const string BatchInput = "grpo.batch";

    /// <summary>Input: indices of the tokens whose logits are wanted, int64 (places).</summary>
    public const string PlacesInput = "grpo.places";

    /// <summary>What every attention node computes.</summary>
    public required AttentionShape Shape { get; init; }

    /// <summary>Attention nodes.</summary>
    public required int Layers { get; init; }

    /// <summary>Token ids, (1, tokens).</summary>
    public required (string Name, TensorElementType Type) InputIds { get; init; }

    /// <summary>Places of the tokens in their sequences, (1, tokens); null for a graph that takes none.</summary>
    public (string Name, TensorElementType Type)? PositionIds { get; init; }

    /// <summary>How many positions get logits, to be 0 for all; null for a graph that has no such input.</summary>
    public (string Name, TensorElementType Type, int Rank)? LogitsToKeep { get; init; }

    /// <summary>float32 or float16: what the graph's own cache held.</summary>
    public required TensorElementType CacheType { get; init; }

    /// <summary>The name of the logits.</summary>
    public required string Logits { get; init; }

    /// <summary>float32 or float16.</summary>
    public required TensorElementType LogitsType { get; init; }

    /// <summary>V.</summary>
    public required int VocabSize { get; init; }

    /// <summary>The float32 parameters that products of our own read, packed for each version of the weights.</summary>
    public IReadOnlyList<MatrixShape> Matrices { get; init; } = [];

    /// <summary>The quantized weights of products of our own, by address in its nodes: they must outlive its sessions.</summary>
    public IReadOnlyList<PackedWeights> Products { get; init; } = [];

    /// <summary>Bytes of the keys and values of 16 tokens in all layers.</summary>
    public long BlockBytes => (long)Layers * Shape.LayerBlockFloats * sizeof(float);

    /// <summary>Rewrites a graph; one that is not recognised is left as it is.</summary>
    /// <param name="graph">Changed on success.</param>
    /// <param name="names">What its inputs are called.</param>
    /// <param name="config">What config.json says.</param>
    /// <param name="refusal">Why it was not recognised; null on success.</param>
    public static GroupGraph? Rewrite(OnnxGraph graph, DecoderNames names, ModelConfig config, out string? refusal)
    {
        try
        {
            refusal = null;
            return new GroupGraphRewriter(graph, names, config).Rewrite();
        }
        catch (GraphNotRecognizedException exception)
        {
            refusal = exception.Message;
            return null;
        }
    }
}

/// <summary>A graph has something that the rewrite does not know.</summary>
internal sealed class GraphNotRecognizedException(string message) : Exception(message);
