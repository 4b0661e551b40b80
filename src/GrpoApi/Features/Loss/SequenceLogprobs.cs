using System.Text.Json.Serialization;
using Grpo.Losses;
using GrpoApi.Http;

namespace GrpoApi.Features.Loss;

/// <summary>One completion. Every array has its length T; natural logarithms, at the sampling temperature.</summary>
public sealed record SequenceLogprobs
{
    /// <summary>Of each token under the policy that is trained, shape (T); needed by every loss type but value.</summary>
    /// <example>[-0.9, -1.8, -0.4]</example>
    public RealVector? Logprobs { get; init; }

    /// <summary>The same before the update, shape (T). Absent: equal to logprobs; the ratio is 1 and the gradient flows.</summary>
    /// <example>[-1.0, -2.0, -0.5]</example>
    public RealVector? OldLogprobs { get; init; }

    /// <summary>The same under the frozen reference policy, shape (T); needed when beta is not 0.</summary>
    /// <example>[-1.1, -1.9, -0.5]</example>
    public RealVector? RefLogprobs { get; init; }

    /// <summary>The same as the sampler reported it, shape (T); needed by rollout_correction.</summary>
    /// <example>[-1.0, -2.0, -0.5]</example>
    public RealVector? RolloutLogprobs { get; init; }

    /// <summary>1 where a token is in the loss, 0 where not (padding, prompt, tool output), shape (T). Absent: all 1.</summary>
    /// <example>[1, 1, 1]</example>
    [JsonConverter(typeof(TokenMaskConverter))]
    public ReadOnlyMemory<byte>? Mask { get; init; }

    /// <summary>The advantage of all tokens. Either this or advantages.</summary>
    /// <example>0.87</example>
    public double? Advantage { get; init; }

    /// <summary>The advantage of each token, shape (T). Either this or advantage.</summary>
    public RealVector? Advantages { get; init; }

    /// <summary>Constant weights of the policy term, shape (T), such as a rollout correction that was computed elsewhere (verl's name).</summary>
    /// <example>null</example>
    public RealVector? RolloutIsWeights { get; init; }

    /// <summary>Entropy of each token's distribution in nats, shape (T); needed by top_entropy_quantile and entropy_coef.</summary>
    /// <example>null</example>
    public RealVector? Entropies { get; init; }

    /// <summary>The reward of the completion; needed by positive_nll_weight.</summary>
    /// <example>null</example>
    public double? Reward { get; init; }

    /// <summary>value: what the critic says before each token, shape (T).</summary>
    /// <example>null</example>
    public RealVector? Values { get; init; }

    /// <summary>value: the same before the update, shape (T).</summary>
    /// <example>null</example>
    public RealVector? OldValues { get; init; }

    /// <summary>value: what it should have said, shape (T).</summary>
    /// <example>null</example>
    public RealVector? Returns { get; init; }

    /// <summary>Tokens of the sequence, T.</summary>
    internal int Length => (Logprobs ?? Values)?.Length ?? 0;

    /// <summary>Whether a token is in the loss.</summary>
    internal bool Includes(int token) => Mask is not { } mask || mask.Span[token] != 0;

    /// <summary>Tokens in the loss.</summary>
    internal int TokenCount => Mask is { } mask ? Length - mask.Span.Count((byte)0) : Length;
}
