using System.ComponentModel;

namespace Grpo.Rollouts;

/// <summary>How tokens are drawn, as requests write it.</summary>
public sealed record RolloutSampling
{
    /// <summary>Divisor of the logits; 0 is greedy decoding, whose log-probabilities are given at temperature 1.</summary>
    /// <value>At least 0. The default value is 1.</value>
    [DefaultValue(1.0)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Nucleus sampling: the smallest set of most likely tokens whose probability reaches this mass is kept.</summary>
    /// <value>In (0, 1]; 1 is off. The default value is 1.</value>
    [DefaultValue(1.0)]
    public double TopP { get; init; } = 1.0;

    /// <summary>The number of most likely tokens kept.</summary>
    /// <value>At least 0; 0 is off. The default value is 0.</value>
    [DefaultValue(0)]
    public int TopK { get; init; }

    /// <summary>Tokens less likely than this fraction of the most likely token's probability are dropped.</summary>
    /// <value>In [0, 1]; 0 is off. The default value is 0.</value>
    [DefaultValue(0.0)]
    public double MinP { get; init; }

    /// <summary>The most tokens of one completion. A completion also ends, with finish_reason length, where the policy's context does.</summary>
    /// <value>Tokens, at least 1; the limit is in /info. The default value is 256.</value>
    [DefaultValue(256)]
    public int MaxTokens { get; init; } = 256;

    /// <summary>Before this many tokens a completion does not stop by itself.</summary>
    /// <value>Tokens, from 0 to <c>max_tokens</c>. The default value is 0.</value>
    [DefaultValue(0)]
    public int MinTokens { get; init; }

    /// <summary>Strings that end a completion; the text is cut before the first one, the token ids keep it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Token ids that end a completion besides the policy's own.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Determines every draw: the same request with the same seed gives the same completions. Absent: one is drawn and returned.</summary>
    /// <example>1234</example>
    public long? Seed { get; init; }

    /// <summary>Added to the logits before sampling, by token id written as a string. Changes what is drawn, not <c>logprobs</c>.</summary>
    public IReadOnlyDictionary<string, double> LogitBias { get; init; } = new Dictionary<string, double>();

    /// <summary>The same for a policy: token ids as numbers, no seed.</summary>
    public SamplingOptions ToOptions() => new()
    {
        Temperature = Temperature,
        TopP = TopP,
        TopK = TopK,
        MinP = MinP,
        MaxTokens = MaxTokens,
        MinTokens = MinTokens,
        Stop = Stop,
        StopTokenIds = StopTokenIds,
        LogitBias = LogitBias.ToDictionary(bias => int.Parse(bias.Key), bias => bias.Value),
    };
}
