namespace Grpo.Advantages;

/// <summary>Completions whose rewards lie on their tokens.</summary>
public sealed record TokenRewardBatch
{
    /// <summary>The completions, group after group, shape (N).</summary>
    public required IReadOnlyList<TokenRewards> Completions { get; init; }

    /// <summary>Completions per group, shape (P), summing to N; empty when the estimator does not compare within groups.</summary>
    public IReadOnlyList<int> GroupSizes { get; init; } = [];

    /// <summary>The completions of each group.</summary>
    internal IEnumerable<Range> Groups()
    {
        var start = 0;
        foreach (var size in GroupSizes)
        {
            yield return start..(start + size);
            start += size;
        }
    }
}

/// <summary>The rewards of one completion's tokens.</summary>
public sealed record TokenRewards
{
    /// <summary>Reward of each token, shape (T); an outcome reward lies on the last one.</summary>
    public required double[] Rewards { get; init; }

    /// <summary>1 for tokens of the policy, 0 for others such as tool output, shape (T); null means all 1.</summary>
    public byte[]? Mask { get; init; }

    /// <summary>The critic's value before each token, shape (T); null without a critic.</summary>
    public double[]? Values { get; init; }

    /// <summary>Log-probability of each token when it was sampled, shape (T); null when not given.</summary>
    public double[]? OldLogprobs { get; init; }

    /// <summary>Sum over the vocabulary of the squared probabilities at each token, shape (T); null when not given.</summary>
    public double[]? SumPiSquared { get; init; }

    /// <summary>Whether a token is the policy's.</summary>
    public bool Includes(int token) => Mask is null || Mask[token] != 0;
}

/// <summary>How rewards are spread over tokens.</summary>
public sealed record TokenAdvantageOptions
{
    /// <summary>Discount of later rewards.</summary>
    /// <value>In [0, 1]. The default value is 1.</value>
    public double Gamma { get; init; } = 1;

    /// <summary>Weight of longer horizons in generalised advantage estimation: 1 trusts the rewards only, 0 the critic.</summary>
    /// <value>In [0, 1]. The default value is 0.95.</value>
    public double Lambda { get; init; } = 0.95;

    /// <summary>The variance that advantages are whitened by.</summary>
    public WhiteningVariance Whitening { get; init; }
}

/// <summary>The variance that advantages are whitened by.</summary>
public enum WhiteningVariance
{
    /// <summary>The sample variance plus 1e-8, the mean with 1e-8 beside the count (verl).</summary>
    Sample,

    /// <summary>The population variance, at least 1e-8 (OpenRLHF).</summary>
    Population,

    /// <summary>Advantages stay as they are.</summary>
    None,
}
