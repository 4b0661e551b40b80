using System.Text.Json.Serialization;

namespace Grpo.Bench;

/// <summary>What the engine, the bare loop and the peers all do: complete one prompt by a group, with the prefill and without end-of-sequence.</summary>
/// <param name="Model">The ONNX model folder, or the GGUF file.</param>
/// <param name="Dtype">Which graph of the folder.</param>
public sealed record PeerWorkload([property: JsonPropertyName("model")] string Model, [property: JsonPropertyName("dtype")] string? Dtype)
{
    /// <summary>Tokens of the prompt.</summary>
    [JsonPropertyName("promptTokens")]
    public int PromptTokens { get; init; } = 256;

    /// <summary>Tokens of each completion.</summary>
    [JsonPropertyName("newTokens")]
    public int NewTokens { get; init; } = 64;

    /// <summary>Completions.</summary>
    [JsonPropertyName("group")]
    public int Group { get; init; } = 16;

    /// <summary>Threads of a forward pass.</summary>
    [JsonPropertyName("threads")]
    public int Threads { get; init; } = 2;

    /// <summary>Runs before those that count.</summary>
    [JsonPropertyName("warmUps")]
    public int WarmUps { get; init; } = 1;

    /// <summary>Runs that count.</summary>
    [JsonPropertyName("runs")]
    public int Runs { get; init; } = 2;

    /// <summary>What bench/peers/write_smollm2.py calls the same weights for llama.cpp.</summary>
    /// <param name="dtype">fp32, q8 or q4.</param>
    public static string GgufFile(string dtype) => $"smollm2-{Gguf(dtype)}.gguf";

    /// <summary>How llama.cpp calls the number format.</summary>
    /// <param name="dtype">fp32, q8 or q4.</param>
    public static string Gguf(string dtype) => dtype switch { "fp32" => "f32", "q8" => "q8_0", _ => "q4_0" };

    /// <summary>The prompt of a run, the same as in workload.mjs.</summary>
    public int[] Prompt(int run) => [.. Enumerable.Range(0, PromptTokens).Select(i => (int)(2 + (((run * 7919L) + (i * 104729L)) % 40000)))];

    /// <summary>Completion tokens per second, from the seconds of each run.</summary>
    public IReadOnlyList<double> TokensPerSecond(IEnumerable<double> seconds) => [.. seconds.Select(one => Group * NewTokens / one)];
}
