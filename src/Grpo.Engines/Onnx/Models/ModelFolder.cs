using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// A model in Hugging Face layout (config.json and generation_config.json at the root, graphs under onnx/ or at the root), as optimum and
/// transformers.js write it, or in the layout of onnxruntime-genai (genai_config.json, one graph).
/// </summary>
internal sealed record ModelFolder
{
    private const string ConfigName = "config.json";

    // Some tokenizers say 1e30 for "no limit".
    private const long LargestContext = 1L << 24;

    /// <summary>The folder, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>The graph to be run.</summary>
    public required GraphFile Graph { get; init; }

    /// <summary>What its inputs and outputs are called.</summary>
    public required DecoderNames Names { get; init; }

    /// <summary>What config.json says of the model's shape.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>The most tokens the model was made for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Tokens that end a completion: generation_config.json, else config.json, else genai_config.json.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>Reads what the folder says of its model.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="dtype">Which of its graphs, such as fp16 or q4; null for the best one there is.</param>
    /// <exception cref="ModelLoadException">A file or field is missing or malformed; the message names it.</exception>
    public static ModelFolder Open(string path, string? dtype = null)
    {
        var folder = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(folder))
        {
            throw new ModelLoadException($"The model folder '{path}' does not exist.");
        }

        var config = ReadJson(folder, ConfigName);
        var genai = GenaiConfig.Read(ReadJson(folder, GenaiConfig.FileName));
        if (config is null && genai is null)
        {
            throw new ModelLoadException($"The model folder '{path}' has no {ConfigName}.");
        }

        var shape = config is { } element ? ModelConfig.Read(element) : new ModelConfig();
        return new ModelFolder
        {
            Path = folder,
            Graph = GraphFile.Find(folder, genai?.GraphName, dtype),
            Names = genai?.Names ?? new DecoderNames(),
            Config = shape,
            ContextLength = shape.ContextLength ?? genai?.ContextLength ?? LimitOfTokenizer(folder) ?? throw new ModelLoadException(
                $"{ConfigName} does not say how many tokens the model can read: it has no max_position_embeddings (or n_positions). Add it."),
            EosTokenIds = TokenIds(ReadJson(folder, "generation_config.json")) ?? TokenIds(config) ?? TokenIds(TextConfig(config)) ?? genai?.EosTokenIds
                ?? throw new ModelLoadException("Neither generation_config.json nor config.json has an eos_token_id."),
        };
    }

    /// <summary>A field that holds one token id or a list of them; null when it is absent.</summary>
    /// <exception cref="ModelLoadException">It holds something else.</exception>
    internal static IReadOnlyList<int>? TokenIds(JsonElement? config)
    {
        const string field = "eos_token_id";
        if (config is not { ValueKind: JsonValueKind.Object } element || !element.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
        return items.ConvertAll(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0
            ? id
            : throw new ModelLoadException($"'{field}' must be a token id or a list of them."));
    }

    private static JsonElement? TextConfig(JsonElement? config) =>
        config is { } element && element.TryGetProperty("text_config", out var text) ? text : null;

    private static int? LimitOfTokenizer(string folder) =>
        ReadJson(folder, "tokenizer_config.json") is { } config && config.TryGetProperty("model_max_length", out var value)
        && value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 1 and <= LargestContext and var limit
            ? (int)limit
            : null;

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
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ModelLoadException($"{name} must hold a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException($"{name} is not valid JSON: {exception.Message}", exception);
        }
    }
}
