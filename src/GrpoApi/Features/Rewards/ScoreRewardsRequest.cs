using System.Text.Json;
using System.Text.Json.Serialization;
using Grpo.Rollouts;

namespace GrpoApi.Features.Rewards;

/// <summary>Completions to be scored, and the rewards to score them with.</summary>
public sealed record ScoreRewardsRequest
{
    /// <summary>The rewards, each with its own name.</summary>
    public required IReadOnlyList<RewardSpec> Rewards { get; init; }

    /// <summary>The completions, in any number of groups.</summary>
    public required IReadOnlyList<CompletionSample> Samples { get; init; }
}

/// <summary>One completion, with what is known about it.</summary>
public sealed record CompletionSample
{
    /// <summary>The completion's text.</summary>
    /// <example>The answer is 1/2.</example>
    [JsonConverter(typeof(CompletionText))]
    public required string Completion { get; init; }

    /// <summary>The prompt as the policy saw it. <c>format</c> looks whether it ends with an opened section.</summary>
    public string? Prompt { get; init; }

    /// <summary>The conversation, an array of messages with role and content.</summary>
    public JsonElement? Messages { get; init; }

    /// <summary>What is known to be right, an object; each reward names the fields it reads in <c>reference_fields</c>.</summary>
    /// <example>{"answer": "1/2", "language": "en"}</example>
    public JsonElement? Reference { get; init; }

    /// <summary>Samples with the same key answer the same prompt; needed by group rewards only.</summary>
    /// <example>p0</example>
    public string? Group { get; init; }

    /// <summary>Length of the completion in tokens.</summary>
    /// <value>At least 0.</value>
    /// <example>12</example>
    public int? TokenCount { get; init; }

    /// <summary>Why the completion ended.</summary>
    /// <example>stop</example>
    public FinishReason? FinishReason { get; init; }
}
