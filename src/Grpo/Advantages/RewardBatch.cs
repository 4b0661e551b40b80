namespace Grpo.Advantages;

/// <summary>The rewards of P groups of completions, one after the other: N numbers and where each group begins.</summary>
public sealed class RewardBatch
{
    private readonly int[] _offsets;

    private RewardBatch(double[] rewards, int[] offsets, RewardScores? scores)
    {
        (Rewards, _offsets, Scores) = (rewards, offsets, scores);
    }

    /// <summary>One reward per completion, shape (N); NaN means not judged.</summary>
    public double[] Rewards { get; }

    /// <summary>The rewards that were summed, when there are several.</summary>
    public RewardScores? Scores { get; }

    /// <summary>Tokens of each completion, shape (N); null when not given.</summary>
    public double[]? Lengths { get; init; }

    /// <summary>Reward of the greedy completion of each completion's prompt, shape (N); null when not given.</summary>
    public double[]? Baselines { get; init; }

    /// <summary>Number of groups, P.</summary>
    public int GroupCount => _offsets.Length - 1;

    /// <summary>Number of completions, N.</summary>
    public int Count => Rewards.Length;

    /// <summary>Where the completions of a group lie.</summary>
    public Range Group(int group) => _offsets[group].._offsets[group + 1];

    /// <summary>One reward per completion.</summary>
    /// <param name="rewards">Shape (N); NaN means not judged, everything else is finite.</param>
    /// <param name="groupSizes">Completions per group, shape (P), summing to N.</param>
    /// <exception cref="ArgumentException">The sizes do not sum to N.</exception>
    public static RewardBatch Of(double[] rewards, params IReadOnlyList<int> groupSizes) => new(rewards, Offsets(groupSizes, rewards.Length), scores: null);

    /// <summary>Several rewards per completion.</summary>
    /// <param name="scores">The rewards and their weights.</param>
    /// <param name="groupSizes">Completions per group, shape (P), summing to N.</param>
    /// <exception cref="ArgumentException">The sizes do not sum to N.</exception>
    public static RewardBatch Of(RewardScores scores, params IReadOnlyList<int> groupSizes)
    {
        var rewards = scores.WeightedSum();
        return new(rewards, Offsets(groupSizes, rewards.Length), scores);
    }

    private static int[] Offsets(IReadOnlyList<int> groupSizes, int count)
    {
        var offsets = new int[groupSizes.Count + 1];
        for (var group = 0; group < groupSizes.Count; group++) offsets[group + 1] = offsets[group] + groupSizes[group];
        return offsets[^1] == count ? offsets : throw new ArgumentException($"The groups hold {offsets[^1]} completions, the rewards {count}.", nameof(groupSizes));
    }
}
