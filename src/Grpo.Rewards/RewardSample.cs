using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Rewards;

/// <summary>One completion to be scored, with what the caller knows about it.</summary>
/// <remarks>JSON values are <see cref="JsonElement"/>s, not nodes: samples of one group share them across threads.</remarks>
public sealed record RewardSample
{
    /// <summary>The completion's text.</summary>
    public required string Completion { get; init; }

    /// <summary>The prompt as the policy saw it, null when not known.</summary>
    public string? Prompt { get; init; }

    /// <summary>The conversation (a JSON array of messages), null when not known.</summary>
    public JsonElement? Messages { get; init; }

    /// <summary>What is known to be right about the prompt (a JSON object such as <c>{"answer": "95"}</c>), handed to rewards untouched.</summary>
    public JsonElement? Reference { get; init; }

    /// <summary>Samples with the same key answer the same prompt; read by group rewards only.</summary>
    public string? Group { get; init; }

    /// <summary>Length of the completion in tokens, null when not known.</summary>
    public int? TokenCount { get; init; }

    /// <summary>Why the completion ended, null when not known.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>A field of <see cref="Reference"/>; null when there is no reference, no such field, or its value is JSON null.</summary>
    public JsonElement? ReferenceField(string name) =>
        Reference is { ValueKind: JsonValueKind.Object } reference && reference.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
}
