using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.Engines.Onnx.Products;
using Grpo.Engines.Onnx.Vectors;
using Grpo.Engines.Tests.Onnx.Models;

namespace Grpo.Engines.Tests.Onnx.Products;

/// <summary>The gate of feed-forward layers: which nodes become one, and that they compute the same.</summary>
public sealed unsafe class SwiGluTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(64)]
    [InlineData(1003)]
    public void Every_element_is_right_wherever_it_stands(int count)
    {
        float[] gate = [.. Enumerable.Range(0, count).Select(i => -120f + (i * 0.31f))], up = [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i) * 3)];

        Assert.All(Outputs(gate, up), ours =>
        {
            for (var i = 0; i < count; i++)
            {
                var expected = gate[i] / (1 + Math.Exp(-(double)gate[i])) * up[i];
                Assert.Equal(expected, ours[i], Math.Max(1e-35, Math.Abs(expected) * 1e-6));
            }
        });
        Assert.All(Outputs(gate[^1..], up[^1..]).Zip(Outputs(gate, up)), pair => Assert.Equal(pair.First[0], pair.Second[^1]));
    }

    [Theory]
    [InlineData("llama-genai", true, 2, 0)]
    [InlineData("llama-genai-int4-blocks", true, 0, 2)]
    [InlineData("llama-genai-int8", true, 0, 2)] // its products stay ONNX Runtime's
    [InlineData("llama-genai", false, 0, 0)]
    [InlineData("llama-genai-float16", true, 0, 0)]
    [InlineData("gemma2-group-query", true, 0, 0)] // its gate is a GELU
    public void The_gates_of_float32_products_become_one_node(string model, bool ownProducts, int withProducts, int alone)
    {
        var written = WrittenModel.Load(model, model.Contains("genai", StringComparison.Ordinal) ? "model.onnx" : "onnx/model.onnx");
        var (graph, weights) = DecoderGraph.Open(ModelFolder.Open(written.Folder, written.Dtype), forGroups: true, ownProducts);
        weights.Dispose();
        using var rewritten = graph;

        var nodes = OnnxGraph.Parse(rewritten.Bytes).Nodes.Select(GraphNodes.Operator).ToList();
        Assert.Equal(withProducts, nodes.Count(node => node == GatedProductOp.OperatorName));
        Assert.Equal(alone, nodes.Count(node => node == SwiGluOp.OperatorName));
        Assert.Equal(withProducts + alone == 0 && !model.StartsWith("gemma", StringComparison.Ordinal), nodes.Contains("Sigmoid"));
    }

    private static List<float[]> Outputs(float[] gate, float[] up)
    {
        List<float[]> all = [Output<Lanes128, Vector128<float>>(gate, up)];
        if (Lanes256.IsSupported) all.Add(Output<Lanes256, Vector256<float>>(gate, up));
        if (Lanes512.IsSupported) all.Add(Output<Lanes512, Vector512<float>>(gate, up));
        return all;
    }

    private static float[] Output<TLanes, TVector>(float[] gate, float[] up)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var output = new float[gate.Length];
        fixed (float* gates = gate, ups = up, result = output) SwiGlu<TLanes, TVector>.Run(gates, ups, result, gate.Length);
        return output;
    }
}
