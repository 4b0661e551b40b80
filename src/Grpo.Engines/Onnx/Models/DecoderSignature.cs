using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// The names, types and shapes of a decoder's inputs and outputs, read from the session and never assumed.
/// Supported is the onnxruntime-genai convention with GroupQueryAttention: input_ids, attention_mask,
/// past_key_values.{layer}.key|value in; logits, present.{layer}.key|value out.
/// </summary>
internal sealed class DecoderSignature
{
    /// <summary>Token ids, int64 (batch, sequence).</summary>
    public const string InputIds = "input_ids";

    /// <summary>1 for every valid position, int64 (batch, total sequence).</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>(batch, sequence, V).</summary>
    public const string Logits = "logits";

    private const string Supported =
        "Supported inputs are input_ids and attention_mask (int64) and past_key_values.{layer}.key|value (float32 or float16).";

    private DecoderSignature(string[] pastNames, string[] presentNames, KvLayout cache, TensorElementType logitsType, int vocabSize)
    {
        PastNames = pastNames;
        PresentNames = presentNames;
        Cache = cache;
        LogitsType = logitsType;
        VocabSize = vocabSize;
    }

    /// <summary>Cache inputs: key and value of layer 0, of layer 1, ...</summary>
    public string[] PastNames { get; }

    /// <summary>Cache outputs in the same order.</summary>
    public string[] PresentNames { get; }

    /// <summary>The shape of one sequence's cache.</summary>
    public KvLayout Cache { get; }

    /// <summary>float32 or float16.</summary>
    public TensorElementType LogitsType { get; }

    /// <summary>V.</summary>
    public int VocabSize { get; }

    /// <summary>Reads the signature of a session.</summary>
    /// <exception cref="ModelLoadException">The model takes an input that is not known here, or lacks one; the message names it.</exception>
    public static DecoderSignature Read(InferenceSession session)
    {
        RequireType(session.InputMetadata, InputIds, TensorElementType.Int64);
        RequireType(session.InputMetadata, AttentionMask, TensorElementType.Int64);
        var layers = session.InputNames.Count(name => name.StartsWith("past_key_values.", StringComparison.Ordinal)) / 2;
        var pastNames = CacheNames("past_key_values", layers);
        var presentNames = CacheNames("present", layers);
        if (session.InputNames.Except([InputIds, AttentionMask, .. pastNames]).FirstOrDefault() is { } unknown)
        {
            throw new ModelLoadException($"The model takes an input '{unknown}' that is not supported. {Supported}");
        }

        if (layers == 0 || presentNames.Append(Logits).Except(session.OutputNames).Any())
        {
            throw new ModelLoadException($"The model must answer logits and present.{{layer}}.key|value for each of its cache inputs. {Supported}");
        }

        var logits = session.OutputMetadata[Logits];
        if (logits.Dimensions is not [_, _, > 0] || logits.ElementType is not (TensorElementType.Float or TensorElementType.Float16))
        {
            throw new ModelLoadException("The model's logits must be float32 or float16 of shape (batch, sequence, V) with a known V.");
        }

        return new DecoderSignature(pastNames, presentNames, ReadCache(session, pastNames), logits.ElementType, (int)logits.Dimensions[2]);
    }

    private static KvLayout ReadCache(InferenceSession session, string[] pastNames)
    {
        var first = session.InputMetadata.TryGetValue(pastNames[0], out var metadata) ? metadata : null;
        if (first?.Dimensions is not [_, > 0, _, > 0] || first.ElementType is not (TensorElementType.Float or TensorElementType.Float16))
        {
            throw new ModelLoadException($"The cache input '{pastNames[0]}' must be float32 or float16 of shape (batch, heads, past, head size). {Supported}");
        }

        var odd = pastNames.FirstOrDefault(name => !session.InputMetadata.TryGetValue(name, out var other)
            || other.ElementType != first.ElementType || other.Dimensions is not [_, var heads, _, var size]
            || heads != first.Dimensions[1] || size != first.Dimensions[3]);
        return odd is null
            ? new KvLayout(pastNames.Length, (int)first.Dimensions[1], (int)first.Dimensions[3], first.ElementType)
            : throw new ModelLoadException($"The cache input '{odd}' is missing or differs in shape or type from '{pastNames[0]}'.");
    }

    private static void RequireType(IReadOnlyDictionary<string, NodeMetadata> inputs, string name, TensorElementType type)
    {
        if (!inputs.TryGetValue(name, out var metadata) || metadata.ElementType != type)
        {
            throw new ModelLoadException($"The model has no {type} input '{name}'. {Supported}");
        }
    }

    private static string[] CacheNames(string prefix, int layers) =>
        [.. Enumerable.Range(0, layers).SelectMany(layer => (string[])[$"{prefix}.{layer}.key", $"{prefix}.{layer}.value"])];
}
