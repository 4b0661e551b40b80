using System.Text.Json;
using System.Text.Json.Serialization;
using Grpo.Rollouts;
using GrpoApi.Http;

namespace GrpoApi.Features.Compat.Sampling;

/// <summary>How tokens are drawn, in the words that OpenAI's API and vLLM's sampling parameters share. Null: the default.</summary>
public abstract record SamplingFields
{
    /// <summary>Completions per prompt, G.</summary>
    /// <value>At least 1. The default value is 1.</value>
    public int? N { get; init; }

    /// <summary>Divisor of the logits; 0 is greedy decoding.</summary>
    /// <value>At least 0. The default value is 1.</value>
    public double? Temperature { get; init; }

    /// <summary>The smallest set of most likely tokens whose probability reaches this mass is kept.</summary>
    /// <value>In (0, 1]. The default value is 1: off.</value>
    public double? TopP { get; init; }

    /// <summary>The number of most likely tokens kept.</summary>
    /// <value>0 and -1 are off, which is the default.</value>
    public int? TopK { get; init; }

    /// <summary>Tokens less likely than this fraction of the most likely token's probability are dropped.</summary>
    /// <value>In [0, 1]. The default value is 0: off.</value>
    public double? MinP { get; init; }

    /// <summary>The most tokens of one completion.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Before this many tokens a completion does not stop by itself.</summary>
    /// <value>Tokens. The default value is 0.</value>
    public int? MinTokens { get; init; }

    /// <summary>Determines every draw, as in <c>POST /v1/rollouts</c>.</summary>
    public long? Seed { get; init; }

    /// <summary>A string, or a list of them, that ends a completion; the text is cut before it.</summary>
    public JsonElement? Stop { get; init; }

    /// <summary>Token ids that end a completion besides the policy's own.</summary>
    public IReadOnlyList<int>? StopTokenIds { get; init; }

    /// <summary>Added to the logits before sampling, by token id written as a string.</summary>
    public IReadOnlyDictionary<string, double>? LogitBias { get; init; }

    /// <summary>Not supported: 1 or absent.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>Not supported: 0 or absent.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>Not supported: 0 or absent.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>The same in our own words.</summary>
    /// <param name="maxTokens">What is meant when the caller does not say.</param>
    /// <param name="paths">What the caller calls these fields.</param>
    /// <exception cref="FluentValidation.ValidationException">A field asks for something that is not done here, and would silently change what is drawn.</exception>
    internal RolloutSampling ToSampling(int maxTokens, CallerPaths paths)
    {
        Refuse(RepetitionPenalty is not (null or 1), paths.Of("sampling.repetition_penalty"));
        Refuse(PresencePenalty is not (null or 0), paths.Of("sampling.presence_penalty"));
        Refuse(FrequencyPenalty is not (null or 0), paths.Of("sampling.frequency_penalty"));
        return new RolloutSampling
        {
            Temperature = Temperature ?? 1,
            TopP = TopP ?? 1,
            TopK = TopK is -1 ? 0 : TopK ?? 0,
            MinP = MinP ?? 0,
            MaxTokens = MaxTokens ?? maxTokens,
            MinTokens = MinTokens ?? 0,
            Stop = StopsOf(Stop, paths.Of("sampling.stop")),
            StopTokenIds = StopTokenIds ?? [],
            Seed = Seed,
            LogitBias = LogitBias ?? new Dictionary<string, double>(),
        };
    }

    /// <summary>Refuses what would silently give other completions than the caller asks for.</summary>
    internal static void Refuse(bool isAsked, string path)
    {
        if (isAsked) throw RequestValidation.Invalid(path, "Is not supported here.");
    }

    private static IReadOnlyList<string> StopsOf(JsonElement? stop, string path) => stop switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many when many.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) => [.. many.EnumerateArray().Select(one => one.GetString()!)],
        _ => throw RequestValidation.Invalid(path, "Must be a string or an array of strings."),
    };
}

/// <summary>vLLM's sampling parameters; unknown ones are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record VllmSamplingParams : SamplingFields
{
    /// <summary>How many of the most likely tokens are wanted at each position besides the sampled one; 0 for the sampled one alone; null for no log-probabilities.</summary>
    public int? Logprobs { get; init; }

    /// <summary>The same at the positions of the prompt.</summary>
    public int? PromptLogprobs { get; init; }

    /// <summary>Not supported: null.</summary>
    public JsonElement? StructuredOutputs { get; init; }

    /// <summary>The same in our own words.</summary>
    internal RolloutSampling ToRolloutSampling(CallerPaths paths)
    {
        const int DefaultMaxTokens = 16;
        Refuse(StructuredOutputs is { ValueKind: not JsonValueKind.Null }, paths.Of("sampling.structured_outputs"));
        return ToSampling(DefaultMaxTokens, paths);
    }
}
