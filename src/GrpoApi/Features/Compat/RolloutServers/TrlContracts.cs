using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GrpoApi.Features.Compat.Sampling;
using GrpoApi.Http;

namespace GrpoApi.Features.Compat.RolloutServers;

/// <summary>That TRL may begin.</summary>
public sealed record TrlHealth
{
    /// <summary>Always ok.</summary>
    public string Status { get; init; } = "ok";
}

/// <summary>How many processes share the model.</summary>
public sealed record TrlWorldSize
{
    /// <summary>Always 1.</summary>
    public int WorldSize { get; init; } = 1;
}

/// <summary>How TRL wants tokens drawn.</summary>
public abstract record TrlSampling
{
    /// <summary>Completions per prompt, G.</summary>
    public int N { get; init; } = 1;

    /// <summary>Not supported: 1.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Divisor of the logits; 0 is greedy decoding.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The smallest set of most likely tokens whose probability reaches this mass is kept.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The number of most likely tokens kept; -1 and 0 are off.</summary>
    public int TopK { get; init; } = -1;

    /// <summary>Tokens less likely than this fraction of the most likely token's probability are dropped.</summary>
    public double MinP { get; init; }

    /// <summary>The most tokens of one completion.</summary>
    public int MaxTokens { get; init; } = 16;

    /// <summary>0: the sampled token's log-probability; k: the k most likely tokens' and the sampled one's; null: none.</summary>
    public int? Logprobs { get; init; } = 0;

    /// <summary>Not supported: null.</summary>
    public int? TruncatePromptTokens { get; init; }

    /// <summary>Not supported: null.</summary>
    public string? StructuredOutputsRegex { get; init; }

    /// <summary>Further sampling parameters of vLLM, such as <c>seed</c>, <c>stop</c> and <c>min_tokens</c>; they win over the fields beside.</summary>
    public JsonObject? GenerationKwargs { get; init; }

    /// <summary>All of it as vLLM's sampling parameters.</summary>
    /// <exception cref="FluentValidation.ValidationException">A field of generation_kwargs cannot be read, or is not supported.</exception>
    internal VllmSamplingParams ToParameters()
    {
        SamplingFields.Refuse(StructuredOutputsRegex is not null, "structured_outputs_regex");
        SamplingFields.Refuse(TruncatePromptTokens is not null, "truncate_prompt_tokens");
        var merged = new JsonObject
        {
            ["n"] = N,
            ["repetition_penalty"] = RepetitionPenalty,
            ["temperature"] = Temperature,
            ["top_p"] = TopP,
            ["top_k"] = TopK,
            ["min_p"] = MinP,
            ["max_tokens"] = MaxTokens,
            ["logprobs"] = Logprobs,
        };
        foreach (var (name, value) in GenerationKwargs ?? []) merged[name] = value?.DeepClone();
        try
        {
            return merged.Deserialize<VllmSamplingParams>(JsonConventions.Options)!;
        }
        catch (JsonException problem)
        {
            var (path, message) = JsonErrors.Describe(problem)[0];
            throw RequestValidation.Invalid($"generation_kwargs.{JsonErrors.Key(path)}", message);
        }
    }
}

/// <summary>Prompts to be completed; unknown fields are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record TrlGenerateRequest : TrlSampling
{
    /// <summary>A list of texts, or of lists of token ids.</summary>
    public required JsonElement Prompts { get; init; }

    /// <summary>Not supported: null, or a list of nulls.</summary>
    public JsonElement? Images { get; init; }
}

/// <summary>Conversations to be answered; unknown fields are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record TrlChatRequest : TrlSampling
{
    /// <summary>A list of conversations.</summary>
    public required IReadOnlyList<IReadOnlyList<JsonObject>> Messages { get; init; }

    /// <summary>Further variables of the chat template.</summary>
    public JsonObject? ChatTemplateKwargs { get; init; }

    /// <summary>Tool declarations for the chat template.</summary>
    public JsonArray? Tools { get; init; }
}

/// <summary>What TRL reads.</summary>
public sealed record TrlCompletions
{
    /// <summary>The prompts, shape (P, T).</summary>
    public required IReadOnlyList<int[]> PromptIds { get; init; }

    /// <summary>The completions, prompt by prompt, shape (P x G, T).</summary>
    public required IReadOnlyList<int[]> CompletionIds { get; init; }

    /// <summary>Log-probabilities, shape (P x G, T, K), the likeliest first; null when not asked for.</summary>
    public required IReadOnlyList<float[][]>? Logprobs { get; init; }

    /// <summary>Whose they are, shape (P x G, T, K).</summary>
    public required IReadOnlyList<int[][]>? LogprobTokenIds { get; init; }
}
