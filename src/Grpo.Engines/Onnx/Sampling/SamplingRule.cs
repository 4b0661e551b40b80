using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Sampling;

/// <summary>The sampling options of one request, prepared once for the decode loop.</summary>
internal sealed class SamplingRule
{
    private readonly HashSet<int> _eosTokenIds;
    private readonly HashSet<int> _stopTokenIds;
    private readonly bool _truncates;

    public SamplingRule(SamplingOptions options, IReadOnlyList<int> eosTokenIds)
    {
        _eosTokenIds = [.. eosTokenIds];
        _stopTokenIds = [.. options.StopTokenIds];
        EndTokenIds = [.. _eosTokenIds.Union(_stopTokenIds)];
        IsGreedy = options.Temperature == 0;
        LogitDivisor = IsGreedy ? 1 : options.Temperature;
        TopP = options.TopP;
        TopK = options.TopK;
        MinP = options.MinP;
        MinTokens = options.MinTokens;
        MaxTokens = options.MaxTokens;
        Stop = [.. options.Stop];
        LogitBias = [.. options.LogitBias.OrderBy(pair => pair.Key)];
        _truncates = TopP < 1 || TopK > 0 || MinP > 0;
    }

    /// <summary>Whether the most likely token is always taken.</summary>
    public bool IsGreedy { get; }

    /// <summary>What logits are divided by: the temperature, or 1 for greedy decoding.</summary>
    public double LogitDivisor { get; }

    /// <inheritdoc cref="SamplingOptions.TopP"/>
    public double TopP { get; }

    /// <inheritdoc cref="SamplingOptions.TopK"/>
    public int TopK { get; }

    /// <inheritdoc cref="SamplingOptions.MinP"/>
    public double MinP { get; }

    /// <inheritdoc cref="SamplingOptions.MinTokens"/>
    public int MinTokens { get; }

    /// <inheritdoc cref="SamplingOptions.MaxTokens"/>
    public int MaxTokens { get; }

    /// <inheritdoc cref="SamplingOptions.Stop"/>
    public string[] Stop { get; }

    /// <inheritdoc cref="SamplingOptions.LogitBias"/>
    public KeyValuePair<int, double>[] LogitBias { get; }

    /// <summary>Every token that ends a completion.</summary>
    public int[] EndTokenIds { get; }

    /// <summary>Whether any logit is biased.</summary>
    public bool HasBias => LogitBias.Length > 0;

    /// <summary>Whether the token at this position is drawn from the full distribution as it is.</summary>
    public bool IsPlain(int position) => !HasBias && position >= MinTokens && (IsGreedy || !_truncates);

    /// <summary>Whether a token is one of the policy's own end-of-sequence tokens.</summary>
    public bool IsEos(int tokenId) => _eosTokenIds.Contains(tokenId);

    /// <summary>Whether a token is a stop token of the request.</summary>
    public bool IsStop(int tokenId) => _stopTokenIds.Contains(tokenId);
}
