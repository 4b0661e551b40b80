using System.Text.Json;

namespace Grpo.Rewards;

/// <summary>A bound reward with its weight in the sum.</summary>
public sealed record WeightedReward
{
    /// <summary>What is scored.</summary>
    public required RewardDefinition Definition { get; init; }

    /// <summary>The reward with its parameters bound.</summary>
    public required IReward Reward { get; init; }

    /// <summary>Factor of the score in the sum, finite, at least 0. Weight 0: scored and reported, no part of the reward.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Finds the reward of that name in the catalogue and binds its parameters.</summary>
    /// <exception cref="ArgumentException">No reward has that name.</exception>
    /// <exception cref="RewardParamsException">The parameters are wrong.</exception>
    public static WeightedReward Bind(string name, double weight = 1, JsonElement? parameters = null)
    {
        var definition = RewardCatalog.Find(name)
            ?? throw new ArgumentException($"unknown reward '{name}'; known: {string.Join(", ", RewardCatalog.All.Select(known => known.Name))}.", nameof(name));
        return new() { Definition = definition, Reward = definition.Bind(parameters), Weight = weight };
    }
}

/// <summary>The scores of one sample and their weighted sum.</summary>
public sealed record SampleRewards
{
    /// <summary>Sum of weight times score over the scores that are not null; null when all are null.</summary>
    /// <example>1.0</example>
    public required double? Reward { get; init; }

    /// <summary>By reward name, in the order asked for.</summary>
    public required IReadOnlyDictionary<string, RewardScore> Scores { get; init; }
}

/// <summary>The rewards of many samples.</summary>
public sealed record RewardResults
{
    /// <summary>One entry per sample, in the order sent.</summary>
    public required IReadOnlyList<SampleRewards> Samples { get; init; }

    /// <summary>Per reward <c>rewards/{name}/mean</c>, <c>/std</c> (divisor n - 1; 0 for a single score) and <c>/scored</c> (scores that are not null); null scores are left out.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }
}

/// <summary>A weighted list of rewards, each with its own name. Reuse one set for many batches: parsed references are remembered.</summary>
public sealed class RewardSet
{
    /// <summary>Makes a set.</summary>
    /// <exception cref="ArgumentException">The list is empty, a reward appears twice (scores are keyed by name), or a weight is negative or not finite.</exception>
    public RewardSet(IReadOnlyList<WeightedReward> rewards)
    {
        if (rewards.Count == 0)
            throw new ArgumentException("At least one reward is needed.", nameof(rewards));
        if (rewards.FirstOrDefault(reward => !double.IsFinite(reward.Weight) || reward.Weight < 0) is { } bad)
            throw new ArgumentException($"The weight of '{bad.Definition.Name}' must be finite and not negative.", nameof(rewards));
        if (rewards.GroupBy(reward => reward.Definition.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The reward '{twice.Key}' appears twice; scores are keyed by name.", nameof(rewards));
        Rewards = rewards;
    }

    /// <summary>The rewards, in order.</summary>
    public IReadOnlyList<WeightedReward> Rewards { get; }

    /// <summary>Scores samples.</summary>
    /// <param name="samples">In any number and order.</param>
    /// <param name="maxDegreeOfParallelism">Threads to use, -1 for one per core. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops between samples.</param>
    public RewardResults Score(IReadOnlyList<RewardSample> samples, int maxDegreeOfParallelism = -1, CancellationToken cancellationToken = default)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = maxDegreeOfParallelism, CancellationToken = cancellationToken };
        var columns = new RewardScore[Rewards.Count][];
        for (var r = 0; r < Rewards.Count; r++)
            columns[r] = new RewardScore[samples.Count];
        ScoreEach(samples, columns, options);
        for (var r = 0; r < Rewards.Count; r++)
        {
            if (Rewards[r].Reward is IGroupReward together)
                ScoreGroups(together, samples, columns[r], options);
        }

        var results = new SampleRewards[samples.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = Combine(columns, i);
        RewardMeter.Count(Rewards, columns);
        return new() { Samples = results, Metrics = RewardMetrics.Compute(Rewards, columns) };
    }

    /// <summary>All rewards that judge a sample by itself, sample by sample.</summary>
    private void ScoreEach(IReadOnlyList<RewardSample> samples, RewardScore[][] columns, ParallelOptions options)
    {
        (ISampleReward Reward, RewardScore[] Column)[] rewards = [.. Rewards.Index().Where(pair => pair.Item.Reward is ISampleReward).Select(pair => ((ISampleReward)pair.Item.Reward, columns[pair.Index]))];
        if (rewards.Length > 0)
        {
            Parallel.For(0, samples.Count, options, i =>
            {
                foreach (var (reward, column) in rewards)
                    column[i] = RewardGuard.Score(reward, samples[i]);
            });
        }
    }

    private static void ScoreGroups(IGroupReward reward, IReadOnlyList<RewardSample> samples, RewardScore[] column, ParallelOptions options)
    {
        var groups = Enumerable.Range(0, samples.Count).Where(i => samples[i].Group is not null).GroupBy(i => samples[i].Group!).Select(group => group.ToArray()).ToArray();
        Array.Fill(column, RewardScore.None("group is missing: this reward compares the samples of a group."));
        Parallel.ForEach(groups, options, members =>
        {
            var scores = RewardGuard.Score(reward, [.. members.Select(i => samples[i])]);
            for (var i = 0; i < members.Length; i++)
                column[members[i]] = scores[i];
        });
    }

    private SampleRewards Combine(RewardScore[][] columns, int sample)
    {
        double? sum = null;
        var scores = new Dictionary<string, RewardScore>(Rewards.Count);
        for (var r = 0; r < Rewards.Count; r++)
        {
            var score = columns[r][sample];
            scores.Add(Rewards[r].Definition.Name, score);
            if (score.Score is { } value)
                sum = (sum ?? 0) + (Rewards[r].Weight * value);
        }
        return new() { Reward = sum, Scores = scores };
    }
}
