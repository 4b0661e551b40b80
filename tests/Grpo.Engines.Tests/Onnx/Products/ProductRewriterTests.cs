using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.Engines.Onnx.Products;
using Grpo.Engines.Tests.Onnx.Models;

namespace Grpo.Engines.Tests.Onnx.Products;

/// <summary>Which products of a graph become our own, and that they compute the same.</summary>
public sealed class ProductRewriterTests
{
    // q, k, v, o, gate, up, down of two layers, and the output layer.
    private const int Products = (2 * 7) + 1;

    [Theory]
    [InlineData("llama-genai-int8-blocks", Products)]
    [InlineData("llama-genai-int4-blocks", Products)]
    [InlineData("llama-genai-int4-int8", 0)] // blocks of 16
    [InlineData("llama-genai-int8", 0)] // computed in float32
    [InlineData("llama-genai", 0)]
    public void Products_of_8_bit_activations_in_blocks_of_whole_registers_are_replaced(string model, int expected)
    {
        using var graph = Open(model, ownProducts: true);

        Assert.Equal(expected, graph.Groups!.Products.Count);
        var rewritten = OnnxGraph.Parse(graph.Bytes);
        var products = rewritten.Nodes.Where(node => GraphNodes.Operator(node) == QuantizedProductOp.OperatorName).Select(node => GraphNodes.Outputs(node).Count);
        Assert.Equal(expected > 0 ? [3, 1, 2, 1, 3, 1, 2, 1, 1] : [], products); // q k v, o, gate up, down; the output layer
        if (expected > 0)
        {
            Assert.DoesNotContain("MatMulNBits", rewritten.Operators);
            Assert.DoesNotContain(rewritten.Initializers, initializer => initializer.Name.EndsWith("_Q8", StringComparison.Ordinal) || initializer.Name.EndsWith("_Q4", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("llama-genai-int8-blocks")]
    [InlineData("llama-genai-int4-blocks")]
    public void Our_products_give_the_logits_of_ONNX_Runtime(string model)
    {
        int[] prompt = [.. Enumerable.Range(0, 37).Select(i => 1 + (i * 7 % 30))];

        var (ours, theirs) = (Logits(model, prompt, ownProducts: true), Logits(model, prompt, ownProducts: false));

        // Both round activations to 8 bits; a value between two codes may go either way.
        Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.Second, pair.First, 0.03));
        Assert.Contains(ours, logit => Math.Abs(logit) > 0.3);
    }

    [Theory]
    [InlineData("llama-genai")]
    [InlineData("llama-genai-skip-norms")]
    public void Our_operators_give_the_logits_of_ONNX_Runtime_in_float32(string model)
    {
        int[] prompt = [.. Enumerable.Range(0, 37).Select(i => 1 + (i * 7 % 30))];

        var (ours, theirs) = (Logits(model, prompt, ownProducts: true), Logits(model, prompt, ownProducts: false));

        Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void Products_of_the_same_activations_are_one_node()
    {
        using var graph = Open("llama-genai", ownProducts: true);

        var matrices = OnnxGraph.Parse(graph.Bytes).Nodes.Where(node => GraphNodes.Operator(node) == MatrixProductOp.OperatorName).Select(node => GraphNodes.Outputs(node).Count);
        Assert.Equal([3, 1, 1, 3, 1, 1, 1], matrices); // q k v, o, down; the output layer. Gate and up are a GatedProduct.
        Assert.Equal(Products, graph.Groups!.Matrices.Count);
    }

    [Theory]
    [InlineData("llama-genai-int8-blocks", 8)]
    [InlineData("llama-genai-int4-blocks", 4)]
    public void Products_are_left_to_ONNX_Runtime_where_it_is_as_fast(string model, int bits)
    {
        using var graph = Open(model, ownProducts: null);

        Assert.Equal(ProductRewriter.IsFaster(bits) ? Products : 0, graph.Groups!.Products.Count);
    }

    private static DecoderGraph Open(string model, bool? ownProducts)
    {
        var (graph, weights) = Load(model, ownProducts);
        weights.Dispose();
        return graph;
    }

    private static (DecoderGraph Graph, WeightSet Weights) Load(string model, bool? ownProducts)
    {
        var written = WrittenModel.Load(model, "model.onnx");
        return DecoderGraph.Open(ModelFolder.Open(written.Folder, written.Dtype), forGroups: true, ownProducts);
    }

    private static float[] Logits(string name, int[] prompt, bool ownProducts)
    {
        var (opened, weights) = Load(name, ownProducts);
        using var graph = opened;
        using (weights)
        {
            return Logits(graph, weights, prompt);
        }
    }

    private static float[] Logits(DecoderGraph graph, WeightSet weights, int[] prompt)
    {
        using var model = GroupModel.Open(graph, weights, threads: 2);
        using var decoder = new GroupDecoder(model, maxSequences: 8, cacheBytes: 1 << 24);
        using var prefix = decoder.Prefill(prompt);
        return prefix.Logits;
    }
}
