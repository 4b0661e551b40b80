using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>A model in Hugging Face layout: config.json and generation_config.json at its root, the graph under onnx/ or at the root.</summary>
internal sealed class ModelFolder
{
    private ModelFolder(string path, string graphPath, int contextLength, IReadOnlyList<int> eosTokenIds)
    {
        Path = path;
        GraphPath = graphPath;
        ContextLength = contextLength;
        EosTokenIds = eosTokenIds;
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    /// <summary>The ONNX graph, absolute.</summary>
    public string GraphPath { get; }

    /// <summary>The most tokens the model was made for: max_position_embeddings.</summary>
    public int ContextLength { get; }

    /// <summary>Tokens that end a completion: generation_config.json, else config.json.</summary>
    public IReadOnlyList<int> EosTokenIds { get; }

    /// <summary>Reads what the folder says of its model.</summary>
    /// <exception cref="ModelLoadException">A file or field is missing or malformed; the message names it.</exception>
    public static ModelFolder Open(string path)
    {
        var folder = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(folder))
        {
            throw new ModelLoadException($"The model folder '{path}' does not exist.");
        }

        var config = ReadJson(folder, "config.json") ?? throw new ModelLoadException($"The model folder '{path}' has no config.json.");
        var generation = ReadJson(folder, "generation_config.json");
        var eosTokenIds = TokenIds(generation, "eos_token_id") ?? TokenIds(config, "eos_token_id")
            ?? throw new ModelLoadException("Neither generation_config.json nor config.json has an eos_token_id.");
        return new ModelFolder(folder, FindGraph(folder), PositiveInteger(config, "max_position_embeddings"), eosTokenIds);
    }

    private static string FindGraph(string folder)
    {
        string[] candidates = ["onnx/model.onnx", "model.onnx"];
        return candidates.Select(candidate => System.IO.Path.Combine(folder, candidate)).FirstOrDefault(File.Exists)
            ?? throw new ModelLoadException($"The model folder has none of {string.Join(", ", candidates)}.");
    }

    private static JsonElement? ReadJson(string folder, string name)
    {
        var file = System.IO.Path.Combine(folder, name);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException($"{name} is not valid JSON: {exception.Message}", exception);
        }
    }

    private static int PositiveInteger(JsonElement config, string field) =>
        config.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : throw new ModelLoadException($"config.json: '{field}' must be a positive integer.");

    private static List<int>? TokenIds(JsonElement? config, string field)
    {
        if (config is not { } element || !element.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
        return items.ConvertAll(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0
            ? id
            : throw new ModelLoadException($"'{field}' must be a token id or a list of them."));
    }
}
