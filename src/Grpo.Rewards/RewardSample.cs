using System.Text.Json;
using System.Text.Json.Serialization;
using Grpo.Rollouts;

namespace Grpo.Rewards;

/// <summary>One completion to be scored, with what is known about it.</summary>
/// <remarks>JSON values are <see cref="JsonElement"/>s, not nodes: samples of one group share them across threads.</remarks>
public sealed record RewardSample
{
    /// <summary>The completion's text.</summary>
    /// <example>The answer is 1/2.</example>
    [JsonConverter(typeof(CompletionTextConverter))]
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

    /// <summary>Length of the completion in tokens, at least 0.</summary>
    /// <example>12</example>
    public int? TokenCount { get; init; }

    /// <summary>Why the completion ended.</summary>
    /// <example>stop</example>
    public FinishReason? FinishReason { get; init; }

    /// <summary>A field of <see cref="Reference"/>; null when there is no reference, no such field, or its value is JSON null.</summary>
    public JsonElement? ReferenceField(string name) =>
        Reference is { ValueKind: JsonValueKind.Object } reference && reference.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
}
