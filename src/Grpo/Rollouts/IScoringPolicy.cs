namespace Grpo.Rollouts;

/// <summary>A policy that can say how likely given tokens are: teacher forcing.</summary>
public interface IScoringPolicy : IPolicy
{
    /// <summary>Scores completions of one prompt, which is read once for all of them.</summary>
    /// <remarks>Completions that this policy sampled get the log-probabilities that they were sampled with, if the weights are the same.</remarks>
    /// <returns>In the order of the request.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="PolicyBusyException">The queue is full.</exception>
    Task<IReadOnlyList<ScoredCompletion>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken);
}

/// <summary>Completions to be scored.</summary>
public sealed record ScoreRequest
{
    /// <summary>The prompt, shape (T), at least one token.</summary>
    public required int[] PromptTokenIds { get; init; }

    /// <summary>The completions, each of shape (T), possibly empty; with the prompt at most the context's length.</summary>
    public required IReadOnlyList<int[]> Completions { get; init; }

    /// <summary>Divisor of the logits.</summary>
    /// <value>At least 0; 0 means 1, as for greedy decoding. The default value is 1.</value>
    public double Temperature { get; init; } = 1.0;

    /// <summary>Whether <see cref="ScoredCompletion.Entropy"/> is wanted.</summary>
    public bool IncludeEntropy { get; init; }

    /// <summary>How many of the most likely tokens are wanted at each position.</summary>
    /// <value>From 0 to V. The default value is 0.</value>
    public int TopLogprobs { get; init; }

    /// <inheritdoc cref="GroupRequest.Turn"/>
    public object? Turn { get; init; }
}

/// <summary>How likely the tokens of a completion are.</summary>
public sealed record ScoredCompletion
{
    /// <summary>Log-probability of each token under softmax(logits / temperature), shape (T).</summary>
    public required float[] Logprobs { get; init; }

    /// <summary>Entropy at each position in nats, shape (T); null when not asked for.</summary>
    public float[]? Entropy { get; init; }

    /// <summary>The most likely tokens at each position, shape (T, K), the likeliest first; null when not asked for.</summary>
    public TokenLogprob[][]? TopLogprobs { get; init; }

    /// <summary>The version of the weights that scored it.</summary>
    public required int PolicyVersion { get; init; }
}

/// <summary>A token and its log-probability.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="Logprob">Under softmax(logits / temperature).</param>
public readonly record struct TokenLogprob(int TokenId, float Logprob);
