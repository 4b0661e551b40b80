using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// The names, types and shapes of a decoder's inputs and outputs, read from the session and never assumed: input_ids, attention_mask,
/// past_key_values.{layer}.key|value and, where the graph has them, position_ids, num_logits_to_keep, use_cache_branch; logits and
/// present.{layer}.key|value.
/// </summary>
internal sealed record DecoderSignature
{
    private const string Supported =
        "Supported inputs are input_ids, attention_mask, position_ids (int64 or int32), num_logits_to_keep, use_cache_branch and "
        + "past_key_values.{layer}.key|value (float32, float16 or bfloat16); see docs/models.md.";

    /// <summary>Token ids, (batch, sequence).</summary>
    public required IntegerInput InputIds { get; init; }

    /// <summary>1 for every valid position, (batch, total sequence).</summary>
    public required IntegerInput AttentionMask { get; init; }

    /// <summary>The place of each token, (batch, sequence); null for a graph that counts by itself.</summary>
    public required IntegerInput? PositionIds { get; init; }

    /// <summary>How many positions get logits, a scalar or (1); null for a graph that answers all or only the last.</summary>
    public required IntegerInput? LogitsToKeep { get; init; }

    /// <summary>Chooses the branch of a merged decoder, bool (1); null for others.</summary>
    public required string? UseCacheBranch { get; init; }

    /// <summary>Cache inputs: key and value of layer 0, of layer 1, ...</summary>
    public required string[] PastNames { get; init; }

    /// <summary>Cache outputs in the same order.</summary>
    public required string[] PresentNames { get; init; }

    /// <summary>The shape of one sequence's cache.</summary>
    public required KvLayout Cache { get; init; }

    /// <summary>The name of the logits.</summary>
    public required string Logits { get; init; }

    /// <summary>float32, float16 or bfloat16.</summary>
    public required TensorElementType LogitsType { get; init; }

    /// <summary>V.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Whether the graph answers the last position alone (prune_lm_head): such a model samples, but cannot score given tokens.</summary>
    public required bool AnswersLastPositionOnly { get; init; }

    /// <summary>Reads a session's inputs and outputs.</summary>
    /// <param name="session">The session.</param>
    /// <param name="names">What they are called.</param>
    /// <param name="config">Numbers that the graph may leave open, and must not contradict.</param>
    /// <exception cref="ModelLoadException">The session is no decoder of a supported convention; the message says what is amiss.</exception>
    public static DecoderSignature Read(InferenceSession session, DecoderNames names, ModelConfig config)
    {
        var inputs = session.InputMetadata;
        var layers = Enumerable.Range(0, int.MaxValue).TakeWhile(layer => inputs.ContainsKey(names.PastKeyOf(layer))).Count();
        var (pastNames, presentNames) = (names.Past(layers), names.Present(layers));
        string[] known = [names.InputIds, names.AttentionMask, names.PositionIds, names.LogitsToKeep, names.UseCacheBranch, .. pastNames];
        if (session.InputNames.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new ModelLoadException($"The model takes an input '{unknown}' that is not supported. {Supported}");
        }

        if (layers == 0)
        {
            throw new ModelLoadException(
                $"The model has no key-value cache: there is no input '{names.PastKeyOf(0)}'. Export it with its cache (text-generation-with-past). {Supported}");
        }

        if (presentNames.Append(names.Logits).Except(session.OutputNames).FirstOrDefault() is { } missing)
        {
            throw new ModelLoadException($"The model does not answer '{missing}'. It must answer logits and present.{{layer}}.key|value for each cache input.");
        }

        ModelConfig.Require("layers", layers, config.Layers);
        var logits = session.OutputMetadata[names.Logits];
        return new DecoderSignature
        {
            InputIds = Integers(inputs, names.InputIds) ?? throw new ModelLoadException($"The model has no input '{names.InputIds}'. {Supported}"),
            AttentionMask = Integers(inputs, names.AttentionMask) ?? throw new ModelLoadException($"The model has no input '{names.AttentionMask}'. {Supported}"),
            PositionIds = Integers(inputs, names.PositionIds),
            LogitsToKeep = Integers(inputs, names.LogitsToKeep),
            UseCacheBranch = inputs.ContainsKey(names.UseCacheBranch) ? names.UseCacheBranch : null,
            PastNames = pastNames,
            PresentNames = presentNames,
            Cache = ReadCache(session, pastNames, config),
            Logits = names.Logits,
            LogitsType = FloatType(logits, names.Logits),
            VocabSize = ReadVocabSize(logits, config),
            AnswersLastPositionOnly = logits.Dimensions is [_, 1, _],
        };
    }

    private static KvLayout ReadCache(InferenceSession session, string[] pastNames, ModelConfig config)
    {
        var first = session.InputMetadata[pastNames[0]];
        var type = FloatType(first, pastNames[0]);
        if (first.Dimensions is not [_, var heads, _, var size])
        {
            throw new ModelLoadException($"The cache input '{pastNames[0]}' must have the shape (batch, heads, past, head size). {Supported}");
        }

        var odd = pastNames.FirstOrDefault(name => !session.InputMetadata.TryGetValue(name, out var other)
            || other.ElementType != type || other.Dimensions is not [_, var otherHeads, _, var otherSize] || otherHeads != heads || otherSize != size);
        if (odd is not null)
        {
            throw new ModelLoadException($"The cache input '{odd}' is missing or differs in shape or type from '{pastNames[0]}'.");
        }

        return new KvLayout(
            pastNames.Length, ModelConfig.Resolve("key-value heads", heads, config.KeyValueHeads), ModelConfig.Resolve("head size", size, config.HeadSize), type);
    }

    private static int ReadVocabSize(NodeMetadata logits, ModelConfig config) => logits.Dimensions is [_, _, var size]
        ? ModelConfig.Resolve("vocabulary size", size, config.VocabSize)
        : throw new ModelLoadException("The model's logits must have the shape (batch, sequence, V).");

    private static TensorElementType FloatType(NodeMetadata tensor, string name) =>
        tensor.ElementType is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16
            ? tensor.ElementType
            : throw new ModelLoadException($"'{name}' holds {tensor.ElementType}; supported are float32, float16 and bfloat16.");

    private static IntegerInput? Integers(IReadOnlyDictionary<string, NodeMetadata> inputs, string name)
    {
        if (!inputs.TryGetValue(name, out var metadata))
        {
            return null;
        }

        return metadata.ElementType is TensorElementType.Int64 or TensorElementType.Int32
            ? new IntegerInput(name, metadata.ElementType, metadata.Dimensions.Length)
            : throw new ModelLoadException($"The input '{name}' holds {metadata.ElementType}; supported are int64 and int32.");
    }
}

/// <summary>An input of whole numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">int64 or int32.</param>
/// <param name="Rank">Its number of axes.</param>
internal sealed record IntegerInput(string Name, TensorElementType Type, int Rank);
