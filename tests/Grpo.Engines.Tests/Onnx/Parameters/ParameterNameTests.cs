using System.Runtime.InteropServices;
using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Tests.Onnx.Scheduling;
using Grpo.Engines.Weights;
using Grpo.Rollouts;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Onnx.Parameters;

/// <summary>Weights sent under the names that a model has in Hugging Face's libraries, on the test models with their constants renamed as exporters do.</summary>
public sealed class ParameterNameTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight"; // (in, out) = (16, 64) in the graphs; Hugging Face has (64, 16)
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("grpo-names-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_names_of_onnxruntime_genai_are_translated()
    {
        await using var policy = Open("llama-concat", name => name.EndsWith("_proj.weight", StringComparison.Ordinal)
            ? name.Replace(".self_attn.", ".attn.", StringComparison.Ordinal).Replace(".weight", ".MatMul.weight", StringComparison.Ordinal)
            : name == "model.norm.weight" ? "model.layers.2.final_norm_layernorm.weight" : name);
        var parameter = policy.Parameters.Single(parameter => parameter.Name == "model.layers.0.attn.q_proj.MatMul.weight");
        var other = Assert.Single(parameter.OtherNames);
        Assert.Equal((Query, true), (other.Name, other.IsTransposed));
        Assert.Equal([64, 16], other.Shape);
        var norm = Assert.Single(policy.Parameters.Single(one => one.Name == "model.layers.2.final_norm_layernorm.weight").OtherNames);
        Assert.Equal(("model.norm.weight", false), (norm.Name, norm.IsTransposed));

        await AssertSameAsync(policy, (parameter.Name, Changed(16, 64), [16, 64]), (Query, Transposed(Changed(16, 64), 16, 64), [64, 16]));
    }

    [Fact]
    public async Task A_weight_without_a_name_is_known_by_the_node_that_uses_it()
    {
        await using var policy = Open("llama-concat", name => name == Query ? "onnx::MatMul_17" : name, nodes: true);
        Assert.Equal((Query, true), Assert.Single(policy.Parameters.Single(parameter => parameter.Name == "onnx::MatMul_17").OtherNames) is { } other ? (other.Name, other.IsTransposed) : default);
        await AssertSameAsync(policy, ("onnx::MatMul_17", Changed(16, 64), [16, 64]), (Query, Transposed(Changed(16, 64), 16, 64), [64, 16]));
    }

    [Fact]
    public async Task A_weight_without_a_name_is_known_by_its_values()
    {
        WriteCheckpoint((Query, Transposed(Values(Query), 16, 64), [64, 16]), ("model.final.weight", Values("model.norm.weight"), [16]));
        await using var policy = Open("llama-concat", name => name == Query ? "onnx::MatMul_17" : name == "model.norm.weight" ? "norm" : name);
        Assert.Equal(Query, policy.Parameters.Single(parameter => parameter.Name == "onnx::MatMul_17").OtherNames.Single().Name);
        Assert.Equal(("model.final.weight", false), policy.Parameters.Single(parameter => parameter.Name == "norm").OtherNames.Single() is { } other ? (other.Name, other.IsTransposed) : default);
        await AssertSameAsync(policy, ("onnx::MatMul_17", Changed(16, 64), [16, 64]), (Query, Transposed(Changed(16, 64), 16, 64), [64, 16]));
    }

    [Fact]
    public async Task A_name_whose_values_differ_in_the_checkpoint_means_nothing()
    {
        WriteCheckpoint(("model.norm.weight", [.. Values("model.norm.weight").Select(value => value - 1)], [16])); // as for a norm that the export has added 1 to
        await using var policy = Open("llama-concat", name => name == "model.norm.weight" ? "model.layers.2.final_norm_layernorm.weight" : name);
        Assert.Empty(policy.Parameters.Single(parameter => parameter.Name == "model.layers.2.final_norm_layernorm.weight").OtherNames);
        var refusal = await Assert.ThrowsAsync<SafetensorsException>(() => UpdateAsync(policy, ("model.norm.weight", Changed(16, 1), [16])));
        Assert.Equal("model.norm.weight", refusal.Field);
    }

    [Fact]
    public async Task A_name_that_could_mean_two_parameters_is_refused_with_both()
    {
        // Two constants of one value: nothing says which of them the checkpoint's tensor is.
        var ones = Enumerable.Repeat(1f, 16).ToArray();
        WriteCheckpoint(("model.layers.0.some_norm.weight", ones, [16]));
        await using var policy = Open("llama-concat", name => name switch { "model.layers.0.input_layernorm.weight" => "a", "model.layers.0.post_attention_layernorm.weight" => "b", _ => name }, values: name => name is "a" or "b" ? ones : null);
        var before = await SampleAsync(policy);
        var refusal = await Assert.ThrowsAsync<SafetensorsException>(() => UpdateAsync(policy, ("model.layers.0.some_norm.weight", Changed(16, 1), [16])));
        Assert.Contains("'a'", refusal.Problem, StringComparison.Ordinal);
        Assert.Contains("'b'", refusal.Problem, StringComparison.Ordinal);
        Assert.All(policy.Parameters, parameter => Assert.Empty(parameter.OtherNames));
        Assert.Equal((before, 1), (await SampleAsync(policy), policy.Info.Version));
    }

    [Fact]
    public async Task A_matrix_under_a_layers_own_name_may_come_as_the_layer_keeps_it()
    {
        await using var policy = Open("llama-concat", name => name);
        await AssertSameAsync(policy, (Query, Changed(16, 64), [16, 64]), (Query, Transposed(Changed(16, 64), 16, 64), [64, 16]));
        const string Key = "model.layers.0.self_attn.k_proj.weight";
        var refusal = await Assert.ThrowsAsync<SafetensorsException>(() => UpdateAsync(policy, (Query, Transposed(Changed(16, 64), 16, 64), [64, 16]), (Key, Changed(16, 32), [16, 32])));
        Assert.Contains(Key, refusal.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_under_two_names_a_wrong_shape_and_an_unknown_name_are_refused()
    {
        await using var policy = Open("llama-concat", name => name == Query ? "model.layers.0.attn.q_proj.MatMul.weight" : name);
        var twice = await Assert.ThrowsAsync<SafetensorsException>(() => UpdateAsync(policy, (Query, Changed(64, 16), [64, 16]), ("model.layers.0.attn.q_proj.MatMul.weight", Changed(16, 64), [16, 64])));
        Assert.Contains("as well", twice.Problem, StringComparison.Ordinal);
        var shape = await Assert.ThrowsAsync<SafetensorsException>(() => UpdateAsync(policy, (Query, Changed(16, 64), [16, 64])));
        Assert.Contains("(64, 16)", shape.Problem, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SafetensorsException>(() => UpdateAsync(policy, ("model.layers.7.self_attn.q_proj.weight", Changed(64, 16), [64, 16])));
        Assert.Equal(1, policy.Info.Version);
    }

    [Fact]
    public async Task What_is_no_checkpoint_is_left_alone()
    {
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder.FullName, "model.safetensors"), "nonsense");
        await using var policy = Open("llama-concat", name => name);
        Assert.NotEmpty(policy.Parameters);
    }

    // The same change sent in two ways gives the same policy.
    private static async Task AssertSameAsync(OnnxPolicy policy, (string Name, float[] Values, long[] Shape) own, (string Name, float[] Values, long[] Shape) other)
    {
        var before = await SampleAsync(policy);
        await UpdateAsync(policy, own);
        var expected = await SampleAsync(policy);
        Assert.NotEqual(before, expected);
        await UpdateAsync(policy, own with { Values = [.. own.Values.Select(value => -value)] });
        Assert.NotEqual(expected, await SampleAsync(policy));
        var update = await UpdateAsync(policy, other);
        Assert.Equal([own.Name], update.Updated);
        Assert.Equal(expected, await SampleAsync(policy));
    }

    private static Task<WeightUpdate> UpdateAsync(OnnxPolicy policy, params (string Name, float[] Values, long[] Shape)[] tensors) =>
        policy.UpdateWeightsAsync(new MemoryStream(File(tensors)), null, WeightUpdateMode.Wait, CancellationToken.None);

    private static async Task<string> SampleAsync(OnnxPolicy policy)
    {
        var group = await policy.SampleAsync(new GroupRequest { PromptTokenIds = [5, 6, 7], GroupSize = 3, Seed = 1, Sampling = new SamplingOptions { MaxTokens = 12, MinTokens = 12 } }, CancellationToken.None);
        return string.Join('|', group.Completions.Select(completion => string.Join(',', completion.Logprobs.Select(BitConverter.SingleToInt32Bits))));
    }

    private static byte[] File(params (string Name, float[] Values, long[] Shape)[] tensors) =>
        new SafetensorsWriter([.. tensors.Select(tensor => OutgoingTensor.Vector(tensor.Name, SafetensorsDtype.F32, tensor.Values) with { Shape = tensor.Shape })], new Dictionary<string, string>()).ToArray();

    private static float[] Changed(int rows, int columns) => [.. Enumerable.Range(0, rows * columns).Select(i => MathF.Sin(i) / 4)];

    private static float[] Transposed(float[] values, int rows, int columns) => [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];

    private static string Source(string model) => Path.Combine(TestData.RepositoryRoot(), "tests", "models", model);

    private static float[] Values(string name) =>
        MemoryMarshal.Cast<byte, float>(OnnxGraph.Parse(System.IO.File.ReadAllBytes(Path.Combine(Source("llama-concat"), "onnx", "model.onnx"))).Initializers.Single(one => one.Name == name).EmbeddedData().Span).ToArray();

    private void WriteCheckpoint(params (string Name, float[] Values, long[] Shape)[] tensors) => System.IO.File.WriteAllBytes(Path.Combine(_folder.FullName, "model.safetensors"), File(tensors));

    /// <summary>A test model with other names for its constants, and on request its MatMul nodes named after the modules.</summary>
    private OnnxPolicy Open(string model, Func<string, string> rename, bool nodes = false, Func<string, float[]?>? values = null)
    {
        foreach (var file in (string[])["config.json", "generation_config.json"]) System.IO.File.Copy(Path.Combine(Source(model), file), Path.Combine(_folder.FullName, file));
        var graph = OnnxGraph.Parse(System.IO.File.ReadAllBytes(Path.Combine(Source(model), "onnx", "model.onnx")));
        foreach (var node in graph.Nodes)
        {
            var inputs = node.All(1).Select(input => input.Text).ToList();
            if (nodes && node.Text(4) == "MatMul" && inputs[1].EndsWith(".weight", StringComparison.Ordinal))
            {
                node.Remove(3);
                node.Add(ProtobufField.Of(3, "/" + inputs[1][..^".weight".Length].Replace(".layers.", "/layers_", StringComparison.Ordinal).Replace('.', '/').Replace("/layers_", "/layers.", StringComparison.Ordinal) + "/MatMul"));
            }

            node.Remove(1);
            foreach (var input in inputs) node.Add(ProtobufField.Of(1, rename(input)));
        }

        foreach (var tensor in graph.Message.All(5).Select(field => field.Message))
        {
            var name = rename(tensor.Text(8));
            tensor.Remove(8);
            tensor.Add(ProtobufField.Of(8, name));
            if (values?.Invoke(name) is not { } given) continue;
            tensor.Remove(4, 9);
            tensor.Add(ProtobufField.Of(9, MemoryMarshal.AsBytes(given.AsSpan()).ToArray()));
        }

        Directory.CreateDirectory(Path.Combine(_folder.FullName, "onnx"));
        System.IO.File.WriteAllBytes(Path.Combine(_folder.FullName, "onnx", "model.onnx"), graph.ToArray());
        return OnnxPolicy.Open("renamed", _folder.FullName, new LetterTokenizer(), new OnnxPolicyOptions { Threads = 1 });
    }
}
