using System.Text.Json.Serialization;

namespace GrpoApi.Features.Logprobs;

/// <summary>How likely the tokens are.</summary>
public sealed record LogprobsResponse
{
    /// <summary>The policy that scored.</summary>
    /// <example>tiny-r1</example>
    public required string Policy { get; init; }

    /// <summary>The version of the weights that scored; the oldest one where sequences have several, because weights were replaced meanwhile.</summary>
    public required int PolicyVersion { get; init; }

    /// <summary>One entry per sequence, in the order sent.</summary>
    public required IReadOnlyList<SequenceScores> Sequences { get; init; }
}

/// <summary>How likely the tokens of one completion are. Every array has its length, T.</summary>
public sealed record SequenceScores
{
    /// <summary>Log-probability of each token under softmax(logits / temperature), full vocabulary, nats, shape (T). With <c>include: logprobs</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float[]? Logprobs { get; init; }

    /// <summary>Entropy at each position, nats, shape (T). With <c>include: entropy</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float[]? Entropy { get; init; }

    /// <summary>The most likely tokens at each position, the likeliest first, shape (T, K). With <c>top_logprobs</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<TopLogprob>>? TopLogprobs { get; init; }

    /// <summary>The version of the weights that scored it.</summary>
    public required int PolicyVersion { get; init; }
}

/// <summary>A token and its log-probability.</summary>
public sealed record TopLogprob
{
    /// <summary>The token.</summary>
    public required int TokenId { get; init; }

    /// <summary>Its log-probability under softmax(logits / temperature), nats.</summary>
    public required float Logprob { get; init; }
}
