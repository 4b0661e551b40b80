using System.Text.Json.Nodes;
using Grpo.Engines.Onnx.Models;
using Grpo.Rollouts;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Onnx.Models;

/// <summary>What is read of model folders in the layouts of their exporters: which graph, which names, which numbers.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("grpo-folder-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, "model.onnx")]
    [InlineData("fp32", "model.onnx")]
    [InlineData("float32", "model.onnx")]
    [InlineData("fp16", "model_fp16.onnx")]
    [InlineData("float16", "model_fp16.onnx")]
    [InlineData("q8", "model_quantized.onnx")]
    [InlineData("int8", "model_int8.onnx")]
    [InlineData("uint8", "model_uint8.onnx")]
    [InlineData("q4", "model_q4.onnx")]
    [InlineData("q4f16", "model_q4f16.onnx")]
    [InlineData("bnb4", "model_bnb4.onnx")]
    public void A_dtype_chooses_the_file_by_its_suffix(string? dtype, string file)
    {
        foreach (var suffix in (string[])["", "_fp16", "_quantized", "_int8", "_uint8", "_q4", "_q4f16", "_bnb4"])
        {
            Write($"onnx/model{suffix}.onnx");
        }

        Assert.Equal(file, Path.GetFileName(Open(dtype).Graph.Path));
    }

    [Fact]
    public void The_most_exact_graph_is_taken_when_none_is_asked_for_and_a_missing_one_is_named_with_those_there_are()
    {
        Write("onnx/model_q4.onnx");
        Write("onnx/model_fp16.onnx");

        Assert.EndsWith("model_fp16.onnx", Open().Graph.Path, StringComparison.Ordinal);
        Assert.Equal("The model folder has no graph of dtype 'int8'. It has fp16, q4.", Refusal("int8"));
    }

    [Theory]
    [InlineData("onnx/model.onnx", "model.onnx", "onnx/decoder_model_merged.onnx")]
    [InlineData("model.onnx", "model.onnx")]
    [InlineData("onnx/decoder_model_merged.onnx", "decoder_model_merged.onnx", "onnx/decoder_model.onnx", "onnx/decoder_with_past_model.onnx")]
    [InlineData("onnx/decoder_with_past_model.onnx", "decoder_with_past_model.onnx", "onnx/decoder_model.onnx")]
    public void Old_and_new_names_are_found(string graph, string expected, params string[] others)
    {
        Array.ForEach([graph, .. others], Write);

        var found = Open().Graph;
        Assert.Equal(expected, Path.GetFileName(found.Path));
        Assert.Equal(expected == "decoder_with_past_model.onnx", found.PromptPath is not null);
    }

    [Fact]
    public void A_folder_without_a_decoder_is_refused()
    {
        Write("onnx/encoder_model.onnx");

        Assert.Contains("no ONNX decoder", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_genai_folder_says_its_graph_its_names_and_its_numbers()
    {
        var folder = ModelFolder.Open(Path.Combine(TestData.RepositoryRoot(), "tests", "models", "qwen2-genai-int32-names"));

        Assert.EndsWith(Path.Combine("decoder", "text.onnx"), folder.Graph.Path, StringComparison.Ordinal);
        Assert.Equal(("tokens", "cache.%d.k", "cache_out.%d.v"), (folder.Names.InputIds, folder.Names.PastKey, folder.Names.PresentValue));
        Assert.Equal(96, folder.ContextLength);
        Assert.Equal([1, 2], folder.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"model": {}}""", null, "no model.decoder.filename")]
    [InlineData("""{"model": {"decoder": {"filename": "there.onnx"}}}""", null, "names the graph 'there.onnx'")]
    [InlineData("""{"model": {"decoder": {"filename": "../outside.onnx"}}}""", null, "names the graph '../outside.onnx'")]
    [InlineData("""{"model": {"decoder": {"filename": "model.onnx"}}}""", "q4", "leave dtype out")]
    public void A_genai_folder_that_cannot_be_used_is_refused(string config, string? dtype, string message)
    {
        Write("model.onnx");
        File.WriteAllText(Path.Combine(_folder.FullName, "genai_config.json"), config);

        Assert.Contains(message, Refusal(dtype), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"n_positions": 1024, "n_layer": 12, "n_head": 12, "n_embd": 768, "vocab_size": 50257}""", 1024, 12, 12, 64)]
    [InlineData("""{"max_position_embeddings": 512, "num_hidden_layers": 4, "num_attention_heads": 8, "num_key_value_heads": 2, "hidden_size": 256}""", 512, 4, 2, 32)]
    [InlineData("""{"max_position_embeddings": 512, "num_hidden_layers": 4, "num_attention_heads": 8, "head_dim": 64, "hidden_size": 256}""", 512, 4, 8, 64)]
    [InlineData("""{"n_positions": 2048, "n_layer": 2, "n_head": 8, "n_embd": 64, "multi_query": true}""", 2048, 2, 1, 8)]
    [InlineData("""{"text_config": {"max_position_embeddings": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "head_dim": 16}}""", 64, 3, 4, 16)]
    public void The_numbers_of_every_family_are_read(string config, int context, int layers, int heads, int headSize)
    {
        Write("model.onnx");

        var folder = Open(config: config);
        Assert.Equal((context, layers, heads, headSize), (folder.ContextLength, folder.Config.Layers, folder.Config.KeyValueHeads, folder.Config.HeadSize));
    }

    [Theory]
    [InlineData("""{"eos_token_id": 7}""", """{"eos_token_id": [1, 2]}""", new[] { 1, 2 })]
    [InlineData("""{"eos_token_id": 7}""", """{"bos_token_id": 3}""", new[] { 7 })]
    [InlineData("""{"text_config": {"eos_token_id": [5]}}""", null, new[] { 5 })]
    public void End_of_sequence_comes_from_the_generation_config_first(string config, string? generation, int[] expected)
    {
        Write("model.onnx");
        if (generation is not null)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, "generation_config.json"), generation);
        }

        Assert.Equal(expected, Open(config: config).EosTokenIds);
    }

    private ModelFolder Open(string? dtype = null, string config = "{}")
    {
        var numbers = JsonNode.Parse(config)!.AsObject();
        if (!File.Exists(Path.Combine(_folder.FullName, "generation_config.json")) && !config.Contains("eos_token_id", StringComparison.Ordinal))
        {
            numbers["eos_token_id"] = 1;
        }

        if (!config.Contains("_position", StringComparison.Ordinal))
        {
            numbers["max_position_embeddings"] = 32;
        }

        File.WriteAllText(Path.Combine(_folder.FullName, "config.json"), numbers.ToJsonString());
        return ModelFolder.Open(_folder.FullName, dtype);
    }

    private string Refusal(string? dtype = null) => Assert.Throws<ModelLoadException>(() => Open(dtype)).Message;

    private void Write(string file)
    {
        var path = Path.Combine(_folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
    }
}
