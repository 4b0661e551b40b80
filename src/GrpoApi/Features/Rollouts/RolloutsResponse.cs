using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>The completions of every prompt, with their rewards and advantages when these were asked for.</summary>
public sealed record RolloutsResponse
{
    /// <summary>The policy that sampled.</summary>
    /// <example>tiny-r1</example>
    public required string Policy { get; init; }

    /// <summary>The version of the weights that sampled; the oldest one where completions have several, because weights were replaced meanwhile.</summary>
    public required int PolicyVersion { get; init; }

    /// <summary>The seed used; the same request with it gives the same completions.</summary>
    /// <example>1234</example>
    public required long Seed { get; init; }

    /// <summary>One group per prompt, in the order of the prompts, shape (P).</summary>
    public required IReadOnlyList<RolloutGroup> Groups { get; init; }

    /// <summary>Figures of the whole request under TRL's names; null where undefined.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>Tokens read and sampled.</summary>
    public required TokenUsage Usage { get; init; }

    /// <summary>Where the time went.</summary>
    public required RolloutsTiming Timing { get; init; }
}

/// <summary>The G completions of one prompt.</summary>
public sealed record RolloutGroup
{
    /// <summary>The caller's id of the prompt, or p0, p1, ... by position.</summary>
    public required string Id { get; init; }

    /// <summary>Position of the prompt in the request.</summary>
    public required int PromptIndex { get; init; }

    /// <summary>The prompt as the policy read it, shape (T).</summary>
    public required int[] PromptTokenIds { get; init; }

    /// <summary>The completions, shape (G).</summary>
    public required IReadOnlyList<RolloutCompletion> Completions { get; init; }

    /// <summary>Mean of the rewards that are not null; null without any.</summary>
    public double? RewardMean { get; init; }

    /// <summary>Sample standard deviation of the rewards that are not null (divisor count - 1); null when undefined.</summary>
    public double? RewardStd { get; init; }

    /// <summary>Whether the rewards are all equal, so that the group carries no signal; null without rewards.</summary>
    public bool? RewardStdIsZero { get; init; }
}

/// <summary>One sampled completion. Every per-token array has the length of <c>token_ids</c>, T.</summary>
public sealed record RolloutCompletion
{
    /// <summary>Position in the group, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The text without the tokens that ended it, cut before a stop string. With <c>include: text</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>The sampled tokens, the one that ended the completion included, shape (T). With <c>include: token_ids</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int[]? TokenIds { get; init; }

    /// <summary>Log-probability of each token under softmax(logits / temperature), full vocabulary, nats, shape (T). With <c>include: logprobs</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float[]? Logprobs { get; init; }

    /// <summary>Log-probability of each token under the truncated distribution it was drawn from, shape (T). With <c>include: sampling_logprobs</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float[]? SamplingLogprobs { get; init; }

    /// <summary>Entropy at each position, nats, shape (T). With <c>include: entropy</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float[]? Entropy { get; init; }

    /// <summary>Log-probability of each token under the reference policy, nats, shape (T). With <c>reference_policy</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float[]? RefLogprobs { get; init; }

    /// <summary>Why it ended: stop (end of sequence or a stop), length, or cancelled.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>The stop token id (a number) or the stop string that ended it; null when it ended by itself or by length.</summary>
    public required JsonNode? StopReason { get; init; }

    /// <summary>The version of the weights that sampled it.</summary>
    public required int PolicyVersion { get; init; }

    /// <summary>What each reward says, by its name; null without rewards.</summary>
    public IReadOnlyDictionary<string, RewardScore>? Scores { get; init; }

    /// <summary>Weighted sum of the scores that are not null; null when all are, and without rewards.</summary>
    public double? Reward { get; init; }

    /// <summary>The advantage over its group; null when not asked for.</summary>
    public double? Advantage { get; init; }
}

/// <summary>Tokens read and sampled.</summary>
public sealed record TokenUsage
{
    /// <summary>Tokens of the prompts, each counted once.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the completions.</summary>
    public required int CompletionTokens { get; init; }
}

/// <summary>Where the time went, in milliseconds. Groups are sampled side by side: each figure is that of the group that took longest.</summary>
public sealed record RolloutsTiming
{
    /// <summary>Waiting for a place in the batch.</summary>
    public required double QueueMs { get; init; }

    /// <summary>Reading the prompt.</summary>
    public required double PrefillMs { get; init; }

    /// <summary>From the end of the prefill to the last token.</summary>
    public required double DecodeMs { get; init; }

    /// <summary>Scoring the completions and estimating advantages; 0 when not asked for.</summary>
    public required double RewardsMs { get; init; }
}
