namespace Grpo.Rollouts;

/// <summary>The G completions of one prompt, sampled from the same policy.</summary>
public sealed record CompletionGroup
{
    /// <summary>The prompt as the policy read it, shape (T).</summary>
    public required int[] PromptTokenIds { get; init; }

    /// <summary>The completions in the order of their <see cref="Completion.Index"/>, shape (G).</summary>
    public required IReadOnlyList<Completion> Completions { get; init; }

    /// <summary>Where the time went.</summary>
    public required RolloutTiming Timing { get; init; }
}

/// <summary>Wall-clock milliseconds of one group.</summary>
/// <param name="QueueMs">From the request to the start of the prefill.</param>
/// <param name="PrefillMs">Reading the prompt.</param>
/// <param name="DecodeMs">From the end of the prefill to the last token of the last completion.</param>
public readonly record struct RolloutTiming(double QueueMs, double PrefillMs, double DecodeMs);
