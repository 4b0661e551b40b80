namespace Grpo.Advantages;

/// <summary>Writes one advantage per completion.</summary>
/// <param name="batch">The rewards, N completions in P groups.</param>
/// <param name="options">How to centre and scale.</param>
/// <param name="advantages">Destination, shape (N), all zeros on entry; a completion that was not judged keeps 0.</param>
public delegate void EstimateAdvantages(RewardBatch batch, AdvantageOptions options, Span<double> advantages);

/// <summary>One way from rewards to advantages.</summary>
public sealed record AdvantageEstimator
{
    /// <summary>The canonical name.</summary>
    public required string Name { get; init; }

    /// <summary>The computation.</summary>
    public required EstimateAdvantages Estimate { get; init; }

    /// <summary>What it needs besides rewards.</summary>
    public AdvantageInputs Requires { get; init; }
}

/// <summary>What an estimator may need besides one reward per completion.</summary>
[Flags]
public enum AdvantageInputs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="RewardBatch.Scores"/>.</summary>
    Scores = 1,

    /// <summary><see cref="RewardBatch.Lengths"/>.</summary>
    Lengths = 2,

    /// <summary><see cref="RewardBatch.Baselines"/>.</summary>
    Baselines = 4,

    /// <summary><see cref="RewardBatch.Agents"/>.</summary>
    Agents = 8,

    /// <summary><see cref="RewardBatch.Episodes"/>.</summary>
    Episodes = 16,
}
