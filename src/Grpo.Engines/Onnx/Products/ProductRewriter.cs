using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// Replaces com.microsoft.MatMulNBits nodes that compute in 8 bits (<c>accuracy_level</c> 4) by <see cref="QuantizedProductOp"/>, those of the same
/// activations by one, since each node rounds them and costs the threads a meeting. Inputs of MatMulNBits: A, B,
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
    public static bool IsFaster(int bits) => VnniProducts.IsSupported || (bits == 4 ? PairProducts.IsSupported : SignedPairProducts.IsSupported && !HasAvx512Vnni);

    // ONNX Runtime multiplies 8-bit weights with AVX-512's form of the instruction (CPUID leaf 7, ECX bit 11), which .NET does not have.
    private static bool HasAvx512Vnni => Avx512F.IsSupported && (X86Base.CpuId(7, 0).Ecx >> 11 & 1) != 0;

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
        var products = new List<(ProtobufField Field, string Activations, WeightShape Shape, PackedWeights Weights)>();
        foreach (var field in _graph.Message.All(NodeField).ToList())
        {
            if (ShapeOf(field.Message) is { } shape && Pack(field.Message, shape) is { } weights) products.Add((field, GraphNodes.Inputs(field.Message)[0], shape, weights));
        }

        foreach (var together in products.GroupBy(product => (product.Activations, product.Shape with { Columns = 0 })).SelectMany(same => same.Chunk(MatrixProductOp.MostMatrices)))
        {
            var shape = together[0].Shape;
            var attributes = new List<(string Name, object Value)> { ("K", shape.Depth), ("block_size", shape.Block), ("bits", shape.Bits), ("count", together.Length) };
            for (var i = 0; i < together.Length; i++)
            {
                attributes.Add(($"N{i}", together[i].Shape.Columns));
                attributes.Add(($"weights{i}", (long)together[i].Weights.Address));
            }

            // All that they read is there where the first of them stood.
            _graph.Message.Replace(together[0].Field, ProtobufField.Of(NodeField, GraphNodes.Node(
                QuantizedProductOp.OperatorName, OperatorDomain.Name, [together[0].Activations], together.Select(product => GraphNodes.Outputs(product.Field.Message)[0]), attributes)));
            foreach (var (field, _, _, _) in together[1..])
            {
                _graph.Message.Replace(field);
            }
        }

        return [.. products.Select(product => product.Weights)];
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
