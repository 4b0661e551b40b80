using System.Text;
using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Models;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Models;

/// <summary>A model folder that cannot be used is refused with what is wrong: each test breaks a copy of tiny-r1 in one place.</summary>
public sealed class ModelLoadingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("grpo-model-");

    public ModelLoadingTests()
    {
        foreach (var file in Directory.EnumerateFiles(TinyR1.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder.FullName, Path.GetRelativePath(TinyR1.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_unbroken_copy_loads_and_says_what_it_is()
    {
        await using var policy = Open();

        Assert.Equal(("copy", "onnx", "CPU", "float32", 1), (policy.Info.Name, policy.Info.Engine, policy.Info.Provider, policy.Info.Dtype, policy.Info.Version));
        Assert.InRange(policy.Info.ParameterCount, 100_000, 3_000_000);
        Assert.True(policy.Info.VocabSize <= 1_024);
        Assert.NotEmpty(policy.Info.EosTokenIds);
    }

    [Fact]
    public void A_folder_that_is_not_there() => Refused("does not exist", Path.Combine(_folder.FullName, "elsewhere"));

    [Theory]
    [InlineData("config.json", "no config.json")]
    [InlineData("onnx/model.onnx", "onnx/model.onnx")]
    [InlineData("onnx/model.onnx.data", "'model.onnx.data', which is not beside it")]
    public void A_missing_file(string file, string message)
    {
        File.Delete(Path.Combine(_folder.FullName, file));
        Refused(message);
    }

    [Theory]
    [InlineData("config.json", "{\"max_position_embeddings\": 512", "config.json is not valid JSON")]
    [InlineData("config.json", "[]", "config.json must hold a JSON object")]
    [InlineData("config.json", "{\"max_position_embeddings\": -1}", "max_position_embeddings")]
    [InlineData("generation_config.json", "{\"eos_token_id\": \"<|im_end|>\"}", "eos_token_id")]
    [InlineData("generation_config.json", "{\"eos_token_id\": [2, 99999]}", "99999")]
    [InlineData("onnx/model.onnx", "no protobuf at all", "no ONNX model")]
    [InlineData("onnx/model.onnx", "", "no ONNX model")]
    public void A_malformed_file(string file, string text, string message)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, file), text);
        Refused(message);
    }

    [Fact]
    public void A_missing_end_of_sequence()
    {
        File.Delete(Path.Combine(_folder.FullName, "generation_config.json"));
        Rewrite("config.json", "\"eos_token_id\"", "\"eos_token_ix\"");
        Refused("eos_token_id");
    }

    [Theory]
    [InlineData("attention_mask", "attention_mosk", "attention_mask")]
    [InlineData("past_key_values.1.key", "past_key_velues.1.key", "past_key_velues.1.key")]
    [InlineData("present.0.value", "present.0.velue", "present.{layer}")]
    [InlineData("GroupQueryAttention", "GroupQuaryAttention", "GroupQuaryAttention")]
    public void A_graph_of_another_convention(string name, string other, string message)
    {
        Rewrite("onnx/model.onnx", name, other);
        Refused(message);
    }

    [Fact]
    public void The_end_of_sequence_of_config_json_stands_in_for_a_missing_generation_config()
    {
        File.Delete(Path.Combine(_folder.FullName, "generation_config.json"));

        Assert.NotEmpty(ModelFolder.Open(_folder.FullName).EosTokenIds);
    }

    [Fact]
    public void The_limit_of_the_tokenizer_stands_in_for_a_missing_context_length()
    {
        Rewrite("config.json", "max_position_embeddings", "max_position_embedding");
        Assert.Equal(512, ModelFolder.Open(_folder.FullName).ContextLength);

        File.Delete(Path.Combine(_folder.FullName, "tokenizer_config.json"));
        Refused("no max_position_embeddings");
    }

    [Theory]
    [InlineData("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 5", "layers: 5 and 4")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4", "key-value heads: 4 and 2")]
    [InlineData("\"head_dim\": 32", "\"head_dim\": 64", "head size: 64 and 32")]
    [InlineData("\"vocab_size\": 601", "\"vocab_size\": 602", "vocabulary size: 602 and 601")]
    public void A_config_of_another_model(string text, string other, string message)
    {
        Rewrite("config.json", text, other);
        Refused(message);
    }

    [Fact]
    public void A_tokenizer_of_another_model()
    {
        Rewrite("tokenizer.json", "\"added_tokens\": [", "\"added_tokens\": [{\"id\": 700, \"content\": \"<far>\", \"special\": true, \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false},");
        var tokenizer = Engines.Tokenizers.ModelTokenizer.Load(_folder.FullName, TimeProvider.System);

        var refusal = Assert.Throws<ModelLoadException>(() => OnnxPolicy.Open("copy", _folder.FullName, tokenizer, new OnnxPolicyOptions()));
        Assert.Contains("token ids up to 700, and the model's vocabulary ends at 600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_graph()
    {
        var path = Path.Combine(_folder.FullName, "onnx", "model.onnx");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^40]);
        Refused("no ONNX model");
    }

    [Fact]
    public void Truncated_weights()
    {
        var path = Path.Combine(_folder.FullName, "onnx", "model.onnx.data");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^4096]);
        Refused("is cut");
    }

    [Fact]
    public void The_graph_is_read_without_a_session()
    {
        var graph = OnnxGraph.Parse(File.ReadAllBytes(Path.Combine(_folder.FullName, "onnx", "model.onnx")));

        Assert.Contains("GroupQueryAttention", graph.Operators);
        var embedding = Assert.Single(graph.Initializers, initializer => initializer.Name == "model.embed_tokens.weight");
        Assert.True(embedding is { IsExternal: true, IsFloatingPoint: true, Shape: [> 256, 128] });
    }

    private OnnxPolicy Open(string? folder = null) => OnnxPolicy.Open("copy", folder ?? _folder.FullName, TinyR1.Tokenizer, new OnnxPolicyOptions());

    private void Refused(string message, string? folder = null) =>
        Assert.Contains(message, Assert.Throws<ModelLoadException>(() => Open(folder)).Message, StringComparison.Ordinal);

    private void Rewrite(string file, string text, string other)
    {
        var path = Path.Combine(_folder.FullName, file);
        var latin = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        Assert.Contains(text, latin, StringComparison.Ordinal);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(latin.Replace(text, other, StringComparison.Ordinal)));
    }
}
