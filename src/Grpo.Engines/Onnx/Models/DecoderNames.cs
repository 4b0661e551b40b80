namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// What a decoder's inputs and outputs are called. The defaults are those of optimum, transformers.js and onnxruntime-genai; genai_config.json
/// may name others. In a cache name, %d stands for the layer.
/// </summary>
internal sealed record DecoderNames
{
    /// <summary>Token ids, (batch, sequence).</summary>
    public string InputIds { get; init; } = "input_ids";

    /// <summary>1 for every valid position, (batch, total sequence).</summary>
    public string AttentionMask { get; init; } = "attention_mask";

    /// <summary>The place of each token in its sequence, (batch, sequence).</summary>
    public string PositionIds { get; init; } = "position_ids";

    /// <summary>How many of the last positions get logits, a scalar: 0 for all. A convention of onnx-community exports.</summary>
    public string LogitsToKeep { get; init; } = "num_logits_to_keep";

    /// <summary>Whether there is a cache, (1): chooses the branch of a merged decoder.</summary>
    public string UseCacheBranch { get; init; } = "use_cache_branch";

    /// <summary>Logits, (batch, sequence, V).</summary>
    public string Logits { get; init; } = "logits";

    /// <summary>A layer's keys before the pass.</summary>
    public string PastKey { get; init; } = "past_key_values.%d.key";

    /// <summary>A layer's values before the pass.</summary>
    public string PastValue { get; init; } = "past_key_values.%d.value";

    /// <summary>A layer's keys after the pass.</summary>
    public string PresentKey { get; init; } = "present.%d.key";

    /// <summary>A layer's values after the pass.</summary>
    public string PresentValue { get; init; } = "present.%d.value";

    /// <summary>Key and value inputs of the first layers: of layer 0, of layer 1, ...</summary>
    public string[] Past(int layers) => OfLayers(layers, PastKey, PastValue);

    /// <summary>Key and value outputs of the first layers, in the order of the inputs.</summary>
    public string[] Present(int layers) => OfLayers(layers, PresentKey, PresentValue);

    /// <summary>The key input of one layer.</summary>
    public string PastKeyOf(int layer) => OfLayer(PastKey, layer);

    private static string[] OfLayers(int layers, string key, string value) =>
        [.. Enumerable.Range(0, layers).SelectMany(layer => (string[])[OfLayer(key, layer), OfLayer(value, layer)])];

    private static string OfLayer(string pattern, int layer) =>
        pattern.Replace("%d", layer.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
