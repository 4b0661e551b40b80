using System.Runtime.InteropServices;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// Replaces com.microsoft.MatMulNBits nodes that compute in 8 bits (<c>accuracy_level</c> 4) by <see cref="QuantizedProductOp"/>. Inputs of MatMulNBits: A, B,
/// scales, zero_points, g_idx, bias. A node with anything that is not known here stays ONNX Runtime's.
/// </summary>
internal sealed class ProductRewriter : IDisposable
{
    private const int NodeField = 1;
    private const int EightBitActivations = 4;
    private static readonly string[] Known = ["K", "N", "bits", "block_size", "accuracy_level"];

    private readonly OnnxGraph _graph;
    private readonly string _folder;
    private readonly bool _evenIfSlower;
    private readonly Dictionary<string, Initializer> _initializers;
    private readonly Dictionary<string, SharedMemory> _files = [];

    private ProductRewriter(OnnxGraph graph, string folder, bool evenIfSlower)
    {
        (_graph, _folder, _evenIfSlower) = (graph, folder, evenIfSlower);
        _initializers = graph.Initializers.ToDictionary(initializer => initializer.Name);
    }

    /// <summary>Whether our products of 4- or 8-bit weights are faster than ONNX Runtime's on this processor.</summary>
    public static bool IsFaster(int bits) => VnniProducts.IsSupported || (bits == 4 && PairProducts.IsSupported);

    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="folder">Where its external data lies.</param>
    /// <param name="evenIfSlower">Whether products are replaced where ONNX Runtime's are faster.</param>
    /// <returns>The weights of the new nodes, which have their addresses.</returns>
    public static IReadOnlyList<PackedWeights> Rewrite(OnnxGraph graph, string folder, bool evenIfSlower)
    {
        using var rewriter = new ProductRewriter(graph, folder, evenIfSlower);
        return rewriter.Rewrite();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private List<PackedWeights> Rewrite()
    {
        var all = new List<PackedWeights>();
        foreach (var field in _graph.Message.All(NodeField).ToList())
        {
            var node = field.Message;
            if (ShapeOf(node) is not { } shape || Pack(node, shape) is not { } weights) continue;
            var inputs = GraphNodes.Inputs(node);
            var replacement = GraphNodes.Node(
                QuantizedProductOp.OperatorName, OperatorDomain.Name, inputs[..1], GraphNodes.Outputs(node)[0],
                ("K", shape.Depth), ("N", shape.Columns), ("block_size", shape.Block), ("bits", shape.Bits), ("weights", (long)weights.Address));
            _graph.Message.Replace(field, ProtobufField.Of(NodeField, replacement));
            all.Add(weights);
        }

        return all;
    }

    private WeightShape? ShapeOf(ProtobufMessage node)
    {
        if (GraphNodes.Operator(node) != "MatMulNBits") return null;
        var (attributes, inputs) = (GraphNodes.Attributes(node), GraphNodes.Inputs(node));
        if (attributes.Keys.Any(name => !Known.Contains(name)) || Integer("accuracy_level") != EightBitActivations || inputs.Count(input => input.Length > 0) != 3) return null;
        var shape = new WeightShape(Integer("K"), Integer("N"), Integer("block_size"), attributes.ContainsKey("bits") ? Integer("bits") : 4);
        return shape is { Depth: > 0, Columns: > 0, Block: > 0, Bits: 4 or 8 } && (_evenIfSlower || IsFaster(shape.Bits)) && shape.Block % WeightShape.Run == 0 && shape.CodeBytes + (shape.ScaleCount * sizeof(float)) <= int.MaxValue
            && Is(inputs[1], TensorElementType.UInt8, (long)shape.Columns * shape.PaddedDepth * shape.Bits / 8)
            && Is(inputs[2], TensorElementType.Float, (long)shape.Columns * shape.Blocks)
            ? shape
            : null;

        int Integer(string name) => attributes.TryGetValue(name, out var attribute) ? (int)attribute.Integer(3) : 0;
        bool Is(string name, TensorElementType type, long elements) => _initializers.TryGetValue(name, out var initializer) && initializer.ElementType == type && initializer.ElementCount == elements;
    }

    private PackedWeights? Pack(ProtobufMessage node, WeightShape shape)
    {
        var inputs = GraphNodes.Inputs(node);
        try
        {
            return new PackedWeights(shape, Data(_initializers[inputs[1]]), MemoryMarshal.Cast<byte, float>(Data(_initializers[inputs[2]])));
        }
        catch (ModelLoadException)
        {
            return null; // ONNX Runtime reads more ways of writing a tensor than we do, and says best what is wrong with one.
        }
    }

    private unsafe ReadOnlySpan<byte> Data(Initializer initializer)
    {
        if (!initializer.IsExternal) return initializer.EmbeddedData().Span;
        using var part = DecoderGraph.Part(initializer, _folder, _files); // The file stays mapped until the end.
        return new ReadOnlySpan<byte>((void*)part.Address, (int)part.Bytes);
    }
}
