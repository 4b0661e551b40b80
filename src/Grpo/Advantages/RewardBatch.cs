namespace Grpo.Advantages;

/// <summary>The rewards of P groups of completions, one after the other: N numbers and where each group begins.</summary>
public sealed record RewardBatch
{
    private readonly int[] _offsets;

    /// <summary>One reward per completion.</summary>
    /// <param name="rewards">Shape (N); NaN means not judged, everything else is finite.</param>
    /// <param name="groupSizes">Completions per group, shape (P), summing to N.</param>
    /// <exception cref="ArgumentException">The sizes do not sum to N.</exception>
    public RewardBatch(double[] rewards, params IReadOnlyList<int> groupSizes)
    {
        _offsets = new int[groupSizes.Count + 1];
        for (var group = 0; group < groupSizes.Count; group++) _offsets[group + 1] = _offsets[group] + groupSizes[group];
        if (_offsets[^1] != rewards.Length) throw new ArgumentException($"The groups hold {_offsets[^1]} completions, the rewards {rewards.Length}.", nameof(groupSizes));
        Rewards = rewards;
    }

    /// <summary>Several rewards per completion, whose weighted sum is the reward.</summary>
    /// <param name="scores">The rewards and their weights.</param>
    /// <param name="groupSizes">Completions per group, shape (P), summing to N.</param>
    /// <exception cref="ArgumentException">The sizes do not sum to N.</exception>
    public RewardBatch(RewardScores scores, params IReadOnlyList<int> groupSizes)
        : this(scores.WeightedSum(), groupSizes) => Scores = scores;

    /// <summary>One reward per completion, shape (N); NaN means not judged.</summary>
    public double[] Rewards { get; private init; }

    /// <summary>The single rewards, when there are several.</summary>
    public RewardScores? Scores { get; init; }

    /// <summary>Tokens of each completion, shape (N); null when not given.</summary>
    public double[]? Lengths { get; init; }

    /// <summary>Reward of the greedy completion of each completion's prompt, shape (N); null when not given.</summary>
    public double[]? Baselines { get; init; }

    /// <summary>The agent (role) that each completion was played by, shape (N); null when not given.</summary>
    public string[]? Agents { get; init; }

    /// <summary>The episode that each completion belongs to, shape (N); null when not given.</summary>
    public string[]? Episodes { get; init; }

    /// <summary>Number of groups, P.</summary>
    public int GroupCount => _offsets.Length - 1;

    /// <summary>Number of completions, N.</summary>
    public int Count => Rewards.Length;

    /// <summary>The same groups with other rewards, shape (N).</summary>
    internal RewardBatch With(double[] rewards) => this with { Rewards = rewards, Scores = null };

    /// <summary>Where the completions of a group lie.</summary>
    public Range Group(int group) => _offsets[group].._offsets[group + 1];
}
