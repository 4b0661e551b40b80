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
        MultiObjectiveAggregation = request.MultiObjectiveAggregation,
    };

    public static RewardBatch ToBatch(this AdvantagesRequest request)
    {
        var sizes = request.Groups.Select(group => group.Size).ToArray();
        var scores = request.Groups.Any(group => group.Scores is not null) ? Scores(request) : null;
        var rewards = scores is not null && request.Groups.All(group => group.Rewards is null)
            ? scores.WeightedSum()
            : [.. request.Groups.SelectMany((group, index) => group.Rewards?.Select(Value) ?? WeightedSum(scores!, sizes, index))];
        return RewardBatch.Of(rewards, sizes) with { Scores = scores };
    }

    public static AdvantagesResponse ToResponse(this AdvantageResult result, RewardBatch batch) => new()
    {
        Groups = [.. result.Groups.Select((group, index) => new AdvantageGroup
        {
            Advantages = result.Advantages[batch.Group(index)],
            Mean = Defined(group.Mean),
            Std = Defined(group.Std),
            RewardStdIsZero = group.StdIsZero,
        })],
        Metrics = result.Metrics,
    };
}
