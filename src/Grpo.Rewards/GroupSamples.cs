using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Rewards;

/// <summary>A sampled group as the rewards see it.</summary>
public static class GroupSamples
{
    /// <summary>One sample per completion, in the order of the completions.</summary>
    /// <param name="group">The sampled group.</param>
    /// <param name="key">Tells this group from the others that are scored with it.</param>
    /// <param name="prompt">The prompt as text, special tokens included.</param>
    /// <param name="messages">The conversation that the prompt was rendered from, an array; null when it was not.</param>
    /// <param name="reference">What is known to be right, an object; null when nothing is.</param>
    public static IEnumerable<RewardSample> Of(CompletionGroup group, string key, string prompt, JsonElement? messages, JsonElement? reference) =>
        group.Completions.Select(completion => new RewardSample
        {
            Completion = completion.Text,
            Prompt = prompt,
            Messages = messages,
            Reference = reference,
            Group = key,
            TokenCount = completion.TokenIds.Length,
            FinishReason = completion.FinishReason,
        });
}
