using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>What genai_config.json says of a model: the file that onnxruntime-genai's builder writes beside it.</summary>
/// <param name="GraphName">The graph's file, relative to the folder.</param>
/// <param name="Names">What its inputs and outputs are called.</param>
/// <param name="ContextLength">The most tokens of one sequence, if it says.</param>
/// <param name="EosTokenIds">Tokens that end a completion, if it says.</param>
internal sealed record GenaiConfig(string GraphName, DecoderNames Names, int? ContextLength, IReadOnlyList<int>? EosTokenIds)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "genai_config.json";

    /// <summary>Reads the file's content; null when there is none.</summary>
    /// <exception cref="ModelLoadException">It describes no decoder.</exception>
    public static GenaiConfig? Read(JsonElement? config)
    {
        if (config is not { } element)
        {
            return null;
        }

        if (Object(element, "model") is not { } model || Object(model, "decoder") is not { } decoder || Text(decoder, "filename") is not { } graphName)
        {
            throw new ModelLoadException($"{FileName} has no model.decoder.filename.");
        }

        var (inputs, outputs, names) = (Object(decoder, "inputs"), Object(decoder, "outputs"), new DecoderNames());
        names = names with
        {
            InputIds = Text(inputs, "input_ids") ?? names.InputIds,
            AttentionMask = Text(inputs, "attention_mask") ?? names.AttentionMask,
            PositionIds = Text(inputs, "position_ids") ?? names.PositionIds,
            PastKey = Text(inputs, "past_key_names") ?? names.PastKey,
            PastValue = Text(inputs, "past_value_names") ?? names.PastValue,
            Logits = Text(outputs, "logits") ?? names.Logits,
            PresentKey = Text(outputs, "present_key_names") ?? names.PresentKey,
            PresentValue = Text(outputs, "present_value_names") ?? names.PresentValue,
        };
        int? contextLength = model.TryGetProperty("context_length", out var length) && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out var number) && number > 0 ? number : null;
        return new GenaiConfig(graphName, names, contextLength, ModelFolder.TokenIds(model));
    }

    private static JsonElement? Object(JsonElement? parent, string name) =>
        parent is { } element && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static string? Text(JsonElement? parent, string name) =>
        parent is { } element && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
