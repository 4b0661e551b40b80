using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GrpoApi.Features.Compat.Sampling;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>What clients of OpenAI's chat completions send, with vLLM's additions; unknown fields are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record ChatCompletionRequest : SamplingFields
{
    /// <summary>The policy, as <c>name</c>, <c>name@version</c> or <c>name@snapshot</c>; absent: the default policy.</summary>
    public string? Model { get; init; }

    /// <summary>The conversation. Content is a text, or a list of parts of the type text.</summary>
    public required IReadOnlyList<JsonObject> Messages { get; init; }

    /// <summary>Tool declarations for the chat template. What the policy makes of them comes back as text.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Further variables of the chat template, such as <c>enable_thinking</c> (vLLM's field).</summary>
    public JsonObject? ChatTemplateKwargs { get; init; }

    /// <summary>The most tokens of one completion; wins over <c>max_tokens</c>. Without both the context and Limits:MaxTokens end it.</summary>
    public int? MaxCompletionTokens { get; init; }

    /// <summary>Whether log-probabilities are wanted.</summary>
    public bool? Logprobs { get; init; }

    /// <summary>How many of the most likely tokens are told at each position.</summary>
    /// <value>From 0 to 20. Needs <c>logprobs</c>.</value>
    public int? TopLogprobs { get; init; }

    /// <summary>Only the type text is supported.</summary>
    public JsonElement? ResponseFormat { get; init; }

    /// <summary>Whether the answer comes as server-sent events, token by token.</summary>
    public bool? Stream { get; init; }

    /// <summary>What a stream tells besides.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>Whether the token ids of prompt and completion are wanted (vLLM's field).</summary>
    public bool? ReturnTokenIds { get; init; }
}

/// <summary>Answers to a conversation.</summary>
public sealed record ChatCompletionResponse
{
    /// <summary>Unlike any other.</summary>
    public required string Id { get; init; }

    /// <summary>Always chat.completion.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; init; } = "chat.completion";

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>The policy that sampled.</summary>
    public required string Model { get; init; }

    /// <summary>The completions.</summary>
    public required IReadOnlyList<ChatChoice> Choices { get; init; }

    /// <summary>Tokens read and sampled.</summary>
    public required OpenAiUsage Usage { get; init; }

    /// <summary>The policy and the version of its weights, <c>name@version</c>.</summary>
    public required string SystemFingerprint { get; init; }

    /// <summary>The rendered conversation as the policy read it. With <c>return_token_ids</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? PromptTokenIds { get; init; }
}

/// <summary>One answer.</summary>
public sealed record ChatChoice
{
    /// <summary>The position in the group.</summary>
    public required int Index { get; init; }

    /// <summary>What the policy says.</summary>
    public required ChatMessage Message { get; init; }

    /// <summary>Log-probabilities; null when not asked for.</summary>
    public required ChatLogprobs? Logprobs { get; init; }

    /// <summary>stop, length, or abort.</summary>
    public required string? FinishReason { get; init; }

    /// <summary>The stop token id or the stop string that ended it (vLLM's field); null otherwise.</summary>
    public required JsonNode? StopReason { get; init; }

    /// <summary>The sampled tokens. With <c>return_token_ids</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? TokenIds { get; init; }
}

/// <summary>What the policy says.</summary>
public sealed record ChatMessage
{
    /// <summary>Always assistant; absent in a stream after the first chunk.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; } = "assistant";

    /// <summary>The text, cut before a stop string.</summary>
    public required string Content { get; init; }
}

/// <summary>Log-probabilities of a completion.</summary>
public sealed record ChatLogprobs
{
    /// <summary>One entry per token, shape (T).</summary>
    public required IReadOnlyList<ChatTokenLogprob> Content { get; init; }
}

/// <summary>A token and its log-probability.</summary>
public sealed record ChatTokenLogprob
{
    /// <summary>The token as text.</summary>
    public required string Token { get; init; }

    /// <summary>Under softmax(logits / temperature), full vocabulary, nats.</summary>
    public required float Logprob { get; init; }

    /// <summary>The text in UTF-8; null where the token is part of a character only.</summary>
    public required IReadOnlyList<int>? Bytes { get; init; }

    /// <summary>The most likely tokens at its position, the likeliest first; absent in the entries of the list itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ChatTokenLogprob>? TopLogprobs { get; init; }
}

/// <summary>A chunk of a stream.</summary>
public sealed record ChatCompletionChunk
{
    /// <summary>The same in all chunks.</summary>
    public required string Id { get; init; }

    /// <summary>Always chat.completion.chunk.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; init; } = "chat.completion.chunk";

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>The policy that samples.</summary>
    public required string Model { get; init; }

    /// <summary>Pieces of the completions.</summary>
    public required IReadOnlyList<ChatChunkChoice> Choices { get; init; }

    /// <summary>Tokens read and sampled; null but in the last chunk, where it was asked for.</summary>
    public required OpenAiUsage? Usage { get; init; }

    /// <summary>The policy and the version of its weights, <c>name@version</c>.</summary>
    public required string SystemFingerprint { get; init; }

    /// <summary>The rendered conversation as the policy read it. With <c>return_token_ids</c>, in the first chunk.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? PromptTokenIds { get; init; }
}

/// <summary>A piece of an answer.</summary>
public sealed record ChatChunkChoice
{
    /// <summary>The position in the group.</summary>
    public required int Index { get; init; }

    /// <summary>What is new.</summary>
    public required ChatMessage Delta { get; init; }

    /// <summary>Log-probabilities of the new tokens; null when not asked for.</summary>
    public required ChatLogprobs? Logprobs { get; init; }

    /// <summary>stop, length, or abort; null while it goes on.</summary>
    public required string? FinishReason { get; init; }

    /// <summary>The new tokens. With <c>return_token_ids</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? TokenIds { get; init; }
}
