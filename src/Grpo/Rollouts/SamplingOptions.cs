namespace Grpo.Rollouts;

/// <summary>
/// How the next token is drawn. Applied in this fixed order, which is vLLM's: logit bias and minimum length, temperature, min-p, top-k, top-p.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Divisor of the logits.</summary>
    /// <value>At least 0; 0 is greedy decoding, whose log-probabilities are given at temperature 1. The default value is 1.</value>
    public double Temperature { get; init; } = 1.0;

    /// <summary>Nucleus sampling: the smallest set of most likely tokens whose probability reaches this mass is kept.</summary>
    /// <value>In (0, 1]; 1 is off. The default value is 1.</value>
    public double TopP { get; init; } = 1.0;

    /// <summary>The number of most likely tokens kept.</summary>
    /// <value>At least 0; 0 is off. The default value is 0.</value>
    public int TopK { get; init; }

    /// <summary>Tokens less likely than this fraction of the most likely token's probability are dropped.</summary>
    /// <value>In [0, 1]; 0 is off. The default value is 0.</value>
    public double MinP { get; init; }

    /// <summary>The most tokens one completion may have.</summary>
    /// <value>Tokens, at least 1. The default value is 256.</value>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Before this many tokens the end-of-sequence and stop tokens cannot be drawn, and stop strings do not end a completion.</summary>
    /// <value>Tokens, from 0 to <see cref="MaxTokens"/>. The default value is 0.</value>
    public int MinTokens { get; init; }

    /// <summary>Strings that end a completion; the text is cut before the first one, the token ids keep it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Token ids that end a completion besides the policy's own end-of-sequence tokens; kept in the token ids, dropped from the text.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Added to the logits of the given token ids before sampling. Changes what is drawn, not <see cref="Completion.Logprobs"/>.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = new Dictionary<int, double>();
}
