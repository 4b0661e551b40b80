using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Norms;
using Grpo.Engines.Onnx.Parameters;
using Grpo.Engines.Onnx.Vectors;
using Grpo.Engines.Tests.Onnx.Models;

namespace Grpo.Engines.Tests.Onnx.Norms;

/// <summary>The residual stream and its norm: which nodes become one, and that it computes the same.</summary>
public sealed unsafe class AddRmsNormTests
{
    private const float Epsilon = 1e-3f;

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(48)]
    [InlineData(203)]
    public void The_sum_is_exact_and_its_norm_right(int width)
    {
        float[] added = Values(width, 1, 2), residual = Values(width, 2, 0.5), weight = Values(width, 3, 1);
        var sum = added.Zip(residual, (a, b) => a + b).ToArray();
        var root = Math.Sqrt(sum.Average(value => (double)value * value) + Epsilon);

        Assert.All(Outputs(added, residual, weight), ours =>
        {
            Assert.Equal(sum, ours.Sum);
            Assert.All(ours.Norm.Select((value, i) => (value, Expected: sum[i] / root * weight[i])), pair => Assert.Equal(pair.Expected, pair.value, 1e-6));
        });
    }

    [Fact]
    public void A_token_of_zeros_is_zero() =>
        Assert.All(Outputs(new float[40], new float[40], Values(40, 3, 1)), ours => Assert.Equal(new float[40], ours.Norm));

    [Theory]
    [InlineData("llama-genai", 4, 1)] // after attention and feed-forward of two layers; the first norm adds nothing
    [InlineData("llama-genai-skip-norms", 4, 1)]
    [InlineData("llama-genai-int4-blocks", 4, 1)]
    [InlineData("llama-genai-int8", 4, 1)] // its products stay ONNX Runtime's
    [InlineData("llama-group-query-positions", 3, 2)] // the last norm is of the places asked for
    [InlineData("llama-genai-float16", 0, 5)]
    [InlineData("gemma2-group-query", 0, 9)] // its norms' weights are computed
    public void A_norm_of_a_sum_and_the_sum_become_one_node_where_one_term_is_a_float32_product(string model, int joined, int left)
    {
        using var graph = Open(model, ownProducts: true);

        var nodes = OnnxGraph.Parse(graph.Bytes).Nodes.Select(GraphNodes.Operator).ToList();
        Assert.Equal(joined, nodes.Count(node => node == AddRmsNormOp.OperatorName));
        Assert.Equal(left, nodes.Count(node => node == "SimplifiedLayerNormalization"));
        Assert.DoesNotContain("SkipSimplifiedLayerNormalization", nodes);
    }

    [Theory]
    [InlineData("llama-genai")]
    [InlineData("llama-genai-skip-norms")]
    public void Nothing_is_joined_in_a_graph_that_stays_ONNX_Runtimes(string model)
    {
        using var graph = Open(model, ownProducts: false);

        Assert.DoesNotContain(AddRmsNormOp.OperatorName, OnnxGraph.Parse(graph.Bytes).Operators);
    }

    private static DecoderGraph Open(string model, bool ownProducts)
    {
        var written = WrittenModel.Load(model, model.Contains("genai", StringComparison.Ordinal) ? "model.onnx" : "onnx/model.onnx");
        var (graph, weights) = DecoderGraph.Open(ModelFolder.Open(written.Folder, written.Dtype), forGroups: true, ownProducts);
        weights.Dispose();
        return graph;
    }

    private static float[] Values(int count, int seed, double scale)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(scale * ((2 * random.NextDouble()) - 1)))];
    }

    private static List<(float[] Sum, float[] Norm)> Outputs(float[] added, float[] residual, float[] weight)
    {
        List<(float[], float[])> all = [Output<Lanes128, Vector128<float>>(added, residual, weight)];
        if (Lanes256.IsSupported) all.Add(Output<Lanes256, Vector256<float>>(added, residual, weight));
        if (Lanes512.IsSupported) all.Add(Output<Lanes512, Vector512<float>>(added, residual, weight));
        return all;
    }

    private static (float[] Sum, float[] Norm) Output<TLanes, TVector>(float[] added, float[] residual, float[] weight)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        float[] sum = new float[added.Length], norm = new float[added.Length];
        fixed (float* a = added, r = residual, w = weight, s = sum, n = norm) AddRmsNorm<TLanes, TVector>.Run(a, r, w, added.Length, Epsilon, s, n);
        return (sum, norm);
    }
}
