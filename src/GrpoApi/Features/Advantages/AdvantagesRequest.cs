using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Grpo.Advantages;

namespace GrpoApi.Features.Advantages;

/// <summary>The rewards of groups of completions, and how they become advantages.</summary>
public sealed record AdvantagesRequest
{
    /// <summary>
    /// The estimator, with mean and std taken over the group. grpo: (r - mean) / (std + std_epsilon). dr_grpo: r - mean. rloo: r - mean of the others.
    /// gdpo: each of several scores is normalised in the group, their weighted sum over the batch. opo: r - mean weighted by lengths.
    /// gpg: (r - mean) / share of non-zero rewards in the batch. grpo_passk: only the best earns, (r - second best) / (std + std_epsilon).
    /// maxrl: (r - mean) / mean. remax: r - baseline.
    /// </summary>
    /// <example>grpo</example>
    [DefaultValue("grpo")]
    public string Estimator { get; init; } = "grpo";

    /// <summary>
    /// The spread that grpo divides by: that of the group (the default), of the batch, or none. Under rloo, batch standardises the advantages over the
    /// batch; under grpo_passk, none leaves the division out. The other estimators have no such choice and ignore it.
    /// </summary>
    /// <example>group</example>
    public RewardScaling? ScaleRewards { get; init; }

    /// <summary>Added to the standard deviation before dividing by it. TRL 1e-4, verl 1e-6.</summary>
    /// <example>0.0001</example>
    [Range(0, double.MaxValue)]
    [DefaultValue(AdvantageOptions.DefaultStdEpsilon)]
    public double StdEpsilon { get; init; } = AdvantageOptions.DefaultStdEpsilon;

    /// <summary>The variance divides by the number of rewards minus this: 1 (sample) or 0 (population).</summary>
    /// <example>1</example>
    [Range(0, 1)]
    [DefaultValue(1)]
    public int Ddof { get; init; } = 1;

    /// <summary>How grpo treats several scores: sum them, then normalise the sums (the default); or normalise each, then sum (which is gdpo).</summary>
    /// <example>sum_then_normalize</example>
    public MultiObjectiveAggregation MultiObjectiveAggregation { get; init; }

    /// <summary>Weight of each named score; 1 for a score that is not named. Without scores it has no effect.</summary>
    /// <example>{"accuracy": 1.0, "format": 0.5}</example>
    public IReadOnlyDictionary<string, double>? Weights { get; init; }

    /// <summary>The groups, shape (P). The completions of a group answer the same prompt.</summary>
    /// <example>[{"rewards": [1.0, 0.0, null, 1.0]}, {"rewards": [0.0, 0.0, 0.0, 0.5]}]</example>
    public required IReadOnlyList<RewardGroup> Groups { get; init; }
}

/// <summary>The rewards of one group of completions: as one number each, as several scores each, or as both.</summary>
public sealed record RewardGroup
{
    /// <summary>One reward per completion, shape (G). null: not judged; left out of mean and std, advantage 0. Default: the weighted sum of the scores.</summary>
    /// <example>[1.0, 0.0, null, 1.0]</example>
    public double?[]? Rewards { get; init; }

    /// <summary>Several named rewards, shape (G) each; null as above. With rewards given too, they serve only the estimators that read single scores.</summary>
    /// <example>{"accuracy": [1.0, 0.0, null, 1.0]}</example>
    public IReadOnlyDictionary<string, double?[]>? Scores { get; init; }

    /// <summary>Tokens of each completion, shape (G); needed by opo.</summary>
    /// <example>[10, 12, 9, 30]</example>
    public double[]? Lengths { get; init; }

    /// <summary>Reward of the greedy completion of the prompt, once per completion, shape (G); needed by remax.</summary>
    /// <example>[0.5, 0.5, 0.5, 0.5]</example>
    public double[]? Baselines { get; init; }

    /// <summary>Completions of the group, G.</summary>
    internal int Size => Rewards?.Length ?? Scores?.Values.FirstOrDefault()?.Length ?? 0;
}
