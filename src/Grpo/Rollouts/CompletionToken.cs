namespace Grpo.Rollouts;

/// <summary>A token of a completion in the making.</summary>
public readonly record struct CompletionToken
{
    /// <summary>The position of its prompt in the request.</summary>
    public required int PromptIndex { get; init; }

    /// <summary>The completion's position in its group.</summary>
    public required int Index { get; init; }

    /// <summary>The token.</summary>
    public required int TokenId { get; init; }

    /// <summary>Its log-probability under softmax(logits / temperature).</summary>
    public required float Logprob { get; init; }

    /// <summary>The most likely tokens at its position, the likeliest first; null when not asked for.</summary>
    public TokenLogprob[]? TopLogprobs { get; init; }

    /// <summary>Why the completion ended with it; null when it goes on.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>What ended it, when that was not the policy's own end of sequence.</summary>
    public StopReason? StopReason { get; init; }
}
