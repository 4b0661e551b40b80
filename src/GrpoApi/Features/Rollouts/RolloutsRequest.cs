using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>Prompts, how many completions each, and how they are sampled.</summary>
public sealed record RolloutsRequest
{
    /// <summary>The policy, as <c>name</c>, <c>name@version</c> or <c>name@snapshot</c>; absent: the default policy.</summary>
    /// <example>tiny-r1</example>
    public string? Policy { get; init; }

    /// <summary>The prompts, shape (P).</summary>
    public required IReadOnlyList<RolloutPrompt> Prompts { get; init; }

    /// <summary>Completions per prompt, G.</summary>
    /// <value>At least 1; the limit is in /info. The default value is 8.</value>
    [DefaultValue(8)]
    public int GroupSize { get; init; } = 8;

    /// <summary>How tokens are drawn.</summary>
    public RolloutSampling Sampling { get; init; } = new();

    /// <summary>The rewards that score each completion, as in <c>POST /v1/rewards</c>; absent: none.</summary>
    public IReadOnlyList<RewardSpec>? Rewards { get; init; }

    /// <summary>How the rewards become advantages; needs <c>rewards</c>; absent: no advantages.</summary>
    public RolloutAdvantages? Advantages { get; init; }

    /// <summary>A policy with the same vocabulary that scores the completions at the same temperature, which gives <c>ref_logprobs</c>; absent: none.</summary>
    /// <example>tiny-r1@reference</example>
    public string? ReferencePolicy { get; init; }

    /// <summary>The per-completion fields wanted.</summary>
    /// <value>The default value is text, token_ids and logprobs.</value>
    public IReadOnlyList<RolloutField> Include { get; init; } = [RolloutField.Text, RolloutField.TokenIds, RolloutField.Logprobs];
}

/// <summary>One prompt: exactly one of <c>text</c>, <c>messages</c> and <c>token_ids</c>.</summary>
public sealed record RolloutPrompt
{
    /// <summary>The caller's name for the prompt, given back with its group; absent: p0, p1, ... by position.</summary>
    /// <example>p0</example>
    public string? Id { get; init; }

    /// <summary>Raw text, tokenised as it is; special tokens written in it are parsed.</summary>
    public string? Text { get; init; }

    /// <summary>A conversation, rendered with the policy's chat template and the opening of the assistant's turn.</summary>
    public IReadOnlyList<JsonObject>? Messages { get; init; }

    /// <summary>Token ids, shape (T), each in [0, vocab_size).</summary>
    public IReadOnlyList<int>? TokenIds { get; init; }

    /// <summary>What is known to be right, such as <c>{"answer": "95"}</c>; handed to the rewards untouched.</summary>
    public JsonElement? Reference { get; init; }
}

/// <summary>A per-completion field that can be asked for.</summary>
public enum RolloutField
{
    /// <summary>The decoded text.</summary>
    Text,

    /// <summary>The sampled tokens.</summary>
    TokenIds,

    /// <summary>Log-probabilities under softmax(logits / temperature), full vocabulary.</summary>
    Logprobs,

    /// <summary>Log-probabilities under the truncated distribution that was sampled.</summary>
    SamplingLogprobs,

    /// <summary>Entropy of softmax(logits / temperature), nats.</summary>
    Entropy,
}
