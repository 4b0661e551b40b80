using System.Diagnostics.Metrics;

namespace Grpo.Rewards;

/// <summary>Counts the scores given, whoever asked for them: a request, a rollout or a job.</summary>
public static class RewardMeter
{
    /// <summary>The meter's name, for whoever listens.</summary>
    public const string Name = "Grpo.Rewards";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Scores = Meter.CreateCounter<long>("grpo.reward.scores", "{score}", "Samples scored by a reward; judged is false where it gave no score.");

    /// <summary>Counts the columns of a batch.</summary>
    internal static void Count(IReadOnlyList<WeightedReward> rewards, RewardScore[][] columns)
    {
        if (!Scores.Enabled) return;
        for (var r = 0; r < rewards.Count; r++)
        {
            var judged = columns[r].Count(score => score.Score is not null);
            Add(rewards[r], judged, isJudged: true);
            Add(rewards[r], columns[r].Length - judged, isJudged: false);
        }
    }

    private static void Add(WeightedReward reward, int count, bool isJudged)
    {
        if (count > 0) Scores.Add(count, new("reward", reward.Definition.Name), new("judged", isJudged ? "true" : "false"));
    }
}
