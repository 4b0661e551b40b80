namespace Grpo.Rollouts;

/// <summary>One sampled continuation of a prompt. Every per-token array has the length of <see cref="TokenIds"/>.</summary>
public sealed record Completion
{
    /// <summary>Position in the group, from 0 to G - 1.</summary>
    public required int Index { get; init; }

    /// <summary>The decoded text without end-of-sequence, stop and other special tokens, cut before a stop string.</summary>
    public required string Text { get; init; }

    /// <summary>The sampled tokens, shape (T); a token that ended the completion is kept.</summary>
    public required int[] TokenIds { get; init; }

    /// <summary>Natural-log probability of each sampled token under softmax(logits / temperature) over the full vocabulary, shape (T).</summary>
    public required float[] Logprobs { get; init; }

    /// <summary>Natural-log probability of each sampled token under the truncated distribution it was drawn from, shape (T).</summary>
    public required float[] SamplingLogprobs { get; init; }

    /// <summary>Entropy in nats of softmax(logits / temperature) at each position, shape (T); null when not asked for.</summary>
    public float[]? Entropy { get; init; }

    /// <summary>Natural-log probability of each sampled token under a reference policy at the same temperature, shape (T); null when not asked for.</summary>
    public float[]? RefLogprobs { get; init; }

    /// <summary>The most likely tokens at each position under softmax(logits / temperature), shape (T, K), the likeliest first; null when not asked for.</summary>
    public TokenLogprob[][]? TopLogprobs { get; init; }

    /// <summary>Why the completion ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>What ended it, when that was not the policy's own end of sequence.</summary>
    public StopReason? StopReason { get; init; }

    /// <summary>The version of the weights that sampled it.</summary>
    public required int PolicyVersion { get; init; }
}

/// <summary>Why a completion ended.</summary>
public enum FinishReason
{
    /// <summary>An end-of-sequence token, a stop token, or a stop string.</summary>
    Stop,

    /// <summary>The token limit or the end of the context.</summary>
    Length,

    /// <summary>The policy's weights were replaced, or sampling was called off, in the middle.</summary>
    Cancelled,
}

/// <summary>What ended a completion: a stop token of the request, or a stop string.</summary>
public abstract record StopReason
{
    private StopReason() { }

    /// <summary>A token of <see cref="SamplingOptions.StopTokenIds"/>.</summary>
    public sealed record Token(int Id) : StopReason;

    /// <summary>A string of <see cref="SamplingOptions.Stop"/>.</summary>
    public sealed record Text(string Value) : StopReason;
}
