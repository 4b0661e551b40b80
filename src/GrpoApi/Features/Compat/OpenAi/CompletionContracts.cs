using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GrpoApi.Features.Compat.Sampling;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>What clients of OpenAI's completions send, with vLLM's additions; unknown fields are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CompletionRequest : SamplingFields
{
    /// <summary>The policy, as <c>name</c>, <c>name@version</c> or <c>name@snapshot</c>; absent: the default policy.</summary>
    public string? Model { get; init; }

    /// <summary>A text, a list of texts, token ids, or a list of these. Text is tokenised as it is; special tokens in it are parsed, none are added.</summary>
    public required JsonElement Prompt { get; init; }

    /// <summary>How many of the most likely tokens are told at each position besides the token itself; null: no log-probabilities.</summary>
    /// <value>From 0 to 20.</value>
    public int? Logprobs { get; init; }

    /// <summary>Whether the prompt is given back before the completion, with its own log-probabilities. With <c>max_tokens</c> 0 nothing is sampled: the prompt is scored.</summary>
    public bool? Echo { get; init; }

    /// <summary>Whether the answer comes as server-sent events, token by token.</summary>
    public bool? Stream { get; init; }

    /// <summary>What a stream tells besides.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>Not supported: n or absent.</summary>
    public int? BestOf { get; init; }

    /// <summary>Not supported: null.</summary>
    public string? Suffix { get; init; }

    /// <summary>Whether the token ids of prompt and completion are wanted (vLLM's field).</summary>
    public bool? ReturnTokenIds { get; init; }

    /// <summary>Whether tokens are written as <c>token_id:123</c> in log-probabilities (vLLM's field).</summary>
    public bool? ReturnTokensAsTokenIds { get; init; }
}

/// <summary>Completions, or a chunk of a stream of them.</summary>
public sealed record CompletionResponse
{
    /// <summary>Unlike any other.</summary>
    public required string Id { get; init; }

    /// <summary>Always text_completion.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; init; } = "text_completion";

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>The policy that sampled.</summary>
    public required string Model { get; init; }

    /// <summary>The completions: those of the first prompt, then those of the second, and so on.</summary>
    public required IReadOnlyList<CompletionChoice> Choices { get; init; }

    /// <summary>Tokens read and sampled; null in the chunks of a stream but for the one that was asked for.</summary>
    public required OpenAiUsage? Usage { get; init; }

    /// <summary>The policy and the version of its weights, <c>name@version</c>.</summary>
    public required string SystemFingerprint { get; init; }
}

/// <summary>One completion, or a piece of it.</summary>
public sealed record CompletionChoice
{
    /// <summary>The position of the prompt times n, plus the position in its group.</summary>
    public required int Index { get; init; }

    /// <summary>The text, cut before a stop string; after the prompt where that is echoed.</summary>
    public required string Text { get; init; }

    /// <summary>Log-probabilities under softmax(logits / temperature), full vocabulary; null when not asked for.</summary>
    public required CompletionLogprobs? Logprobs { get; init; }

    /// <summary>stop, length, or abort; null in a stream while it goes on.</summary>
    public required string? FinishReason { get; init; }

    /// <summary>The stop token id or the stop string that ended it (vLLM's field); null otherwise.</summary>
    public required JsonNode? StopReason { get; init; }

    /// <summary>The sampled tokens. With <c>return_token_ids</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? TokenIds { get; init; }

    /// <summary>The prompt as the policy read it. With <c>return_token_ids</c>; in a stream with the first chunk.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? PromptTokenIds { get; init; }
}

/// <summary>Log-probabilities token by token, shape (T) each.</summary>
public sealed record CompletionLogprobs
{
    /// <summary>The tokens as text.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Log-probability of each; null for the first token of an echoed prompt.</summary>
    public required IReadOnlyList<float?> TokenLogprobs { get; init; }

    /// <summary>The most likely tokens at each position and the token itself, by their text; null for the first token of an echoed prompt.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, float>?> TopLogprobs { get; init; }

    /// <summary>Where each token begins in the concatenation of <c>tokens</c>.</summary>
    public required IReadOnlyList<int> TextOffset { get; init; }
}
