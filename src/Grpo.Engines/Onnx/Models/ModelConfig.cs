using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// What config.json says of a model's shape. Architectures name these numbers differently, and several leave some out; what is there must agree
/// with the graph, so that files of two models do not pass for one.
/// </summary>
internal sealed record ModelConfig
{
    /// <summary>The most tokens of one sequence; null when the file does not say.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Number of layers.</summary>
    public int? Layers { get; init; }

    /// <summary>Heads of keys and values.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>Elements of one head.</summary>
    public int? HeadSize { get; init; }

    /// <summary>V.</summary>
    public int? VocabSize { get; init; }

    /// <summary>Reads config.json; the text part of a model that also reads images is nested under text_config.</summary>
    /// <exception cref="ModelLoadException">A number is not a positive integer; the message names it.</exception>
    public static ModelConfig Read(JsonElement config)
    {
        var heads = Number(config, "num_attention_heads", "n_head", "num_heads");
        var hidden = Number(config, "hidden_size", "n_embd", "d_model");
        return new ModelConfig
        {
            ContextLength = Number(config, "max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "max_seq_len", "seq_length"),
            Layers = Number(config, "num_hidden_layers", "n_layer", "num_layers", "n_layers"),
            KeyValueHeads = Number(config, "num_key_value_heads", "num_kv_heads") ?? (IsMultiQuery(config) ? 1 : heads),
            HeadSize = Number(config, "head_dim") ?? (hidden % heads == 0 ? hidden / heads : null),
            VocabSize = Number(config, "vocab_size"),
        };
    }

    /// <summary>Refuses a graph that contradicts the file.</summary>
    /// <param name="what">The number, for the message.</param>
    /// <param name="graph">As the graph has it.</param>
    /// <param name="config">As the file has it, if it does.</param>
    public static void Require(string what, long graph, int? config)
    {
        if (config is { } expected && expected != graph)
        {
            throw new ModelLoadException($"config.json and the ONNX graph disagree on the {what}: {expected} and {graph}. They belong to different models.");
        }
    }

    /// <summary>A number of the graph, or of the file where the graph leaves it open.</summary>
    /// <exception cref="ModelLoadException">The two disagree, or neither has it.</exception>
    public static int Resolve(string what, long graph, int? config)
    {
        if (graph > 0)
        {
            Require(what, graph, config);
            return checked((int)graph);
        }

        return config ?? throw new ModelLoadException($"Neither the ONNX graph nor config.json says the {what}.");
    }

    // GPT-BigCode and Falcon: all heads share one key and one value.
    private static bool IsMultiQuery(JsonElement config) => config.TryGetProperty("multi_query", out var value) && value.ValueKind == JsonValueKind.True;

    private static int? Number(JsonElement config, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
                    ? number
                    : throw new ModelLoadException($"config.json: '{name}' must be a positive integer.");
            }
        }

        return config.TryGetProperty("text_config", out var text) && text.ValueKind == JsonValueKind.Object ? Number(text, names) : null;
    }
}
