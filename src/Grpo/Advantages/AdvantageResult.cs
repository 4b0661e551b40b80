namespace Grpo.Advantages;

/// <summary>The advantages of a batch and the rewards in figures.</summary>
public sealed record AdvantageResult
{
    /// <summary>One advantage per completion, shape (N), in the order of the rewards.</summary>
    public required double[] Advantages { get; init; }

    /// <summary>Mean and spread of each group's rewards, shape (P).</summary>
    public required RewardStatistics[] Groups { get; init; }

    /// <summary>Figures of the whole batch under TRL's names; null where undefined.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }
}
