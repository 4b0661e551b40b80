using Grpo.Advantages;

namespace GrpoApi.Features.Advantages;

/// <summary>From the request to the algorithm's types and back.</summary>
internal static class AdvantagesMapping
{
    public static AdvantageOptions ToOptions(this AdvantagesRequest request) => new()
    {
        ScaleRewards = request.ScaleRewards,
        StdEpsilon = request.StdEpsilon,
        Ddof = request.Ddof,
        Singleton = request.Singleton,
        LeaveOneOut = request.LeaveOneOut,
        BatchMean = request.BatchMean,
        MeanEpsilon = request.MeanEpsilon,
        FNorm = request.FNorm,
        MultiObjectiveAggregation = request.MultiObjectiveAggregation,
        Decay = request.Decay,
        AgentBaselines = request.AgentBaselines,
        EpisodeAgents = request.EpisodeAgents ?? ["solver"],
    };

    public static RewardBatch ToBatch(this AdvantagesRequest request)
    {
        var groups = request.Groups;
        var scores = groups.Any(group => group.Scores is not null) ? Scores(request) : null;
        var rewards = scores?.WeightedSum() ?? new double[groups.Sum(group => group.Size)];
        var start = 0;
        foreach (var group in groups)
        {
            (group.Rewards ?? group.TokenRewards?.Select(row => (double?)row.Sum()))?.Select(Number).ToArray().CopyTo(rewards, start);
            start += group.Size;
        }

        return new(rewards, [.. groups.Select(group => group.Size)])
        {
            Scores = scores,
            Lengths = PerCompletion(groups, group => group.Lengths),
            Baselines = PerCompletion(groups, group => group.Baselines),
            Agents = PerCompletion(groups, group => group.Agents),
            Episodes = PerCompletion(groups, group => group.Episodes),
        };
    }

    public static AdvantagesResponse ToResponse(this AdvantageResult result, RewardBatch batch, double[][]? tokens) => new()
    {
        Groups = [.. result.Groups.Select((group, index) => new AdvantageGroup
        {
            Advantages = result.Advantages[batch.Group(index)],
            TokenAdvantages = tokens?[batch.Group(index)],
            Mean = group.Mean,
            Std = group.Std,
            RewardStdIsZero = group.StdIsZero,
        })],
        Metrics = result.Metrics,
    };

    /// <summary>The scores of all groups, reward by reward; a group that lacks one has not judged it.</summary>
    private static RewardScores Scores(AdvantagesRequest request)
    {
        var names = request.Groups.SelectMany(group => group.Scores?.Keys ?? []).Distinct().ToArray();
        return new()
        {
            Names = names,
            Weights = [.. names.Select(name => request.Weights?.TryGetValue(name, out var weight) == true ? weight : 1)],
            Values = [.. names.Select(name => request.Groups.SelectMany(group => Values(group, name)).ToArray())],
        };
    }

    private static IEnumerable<double> Values(RewardGroup group, string name) =>
        group.Scores?.TryGetValue(name, out var values) == true ? values.Select(Number) : Enumerable.Repeat(double.NaN, group.Size);

    private static T[]? PerCompletion<T>(IReadOnlyList<RewardGroup> groups, Func<RewardGroup, T[]?> values) =>
        groups.All(group => values(group) is not null) ? [.. groups.SelectMany(group => values(group)!)] : null;

    private static double Number(double? reward) => reward ?? double.NaN;
}
