using Grpo.Advantages;

namespace GrpoApi.Features.Advantages;

/// <summary>Brings flat rewards into groups, and the answer back into the order sent.</summary>
internal static class FlatGroups
{
    /// <summary>The members of each group, in the order of first appearance.</summary>
    public static int[][] Members(AdvantagesRequest request)
    {
        var everyone = Enumerable.Range(0, request.FlatCount);
        var size = request.GroupSize ?? Math.Max(request.FlatCount, 1);
        return [.. everyone.GroupBy(index => request.GroupIds is { } ids ? ids[index] : index / size).Select(group => group.ToArray())];
    }

    /// <summary>The request with groups in the place of the flat rewards.</summary>
    public static AdvantagesRequest Group(AdvantagesRequest request) => request with
    {
        Groups = [.. Members(request).Select(members => new RewardGroup
        {
            Rewards = request.RewardsPerFunc is null ? Pick(members, request.Rewards ?? [.. request.TokenLevelRewards!.Select(row => (double?)row.Sum())]) : null,
            Scores = request.RewardsPerFunc is { } rows
                ? Enumerable.Range(0, rows[0].Length).ToDictionary(reward => $"f{reward}", reward => members.Select(index => rows[index][reward]).ToArray())
                : null,
            TokenRewards = TokenRewards(request) is { } rewards ? Pick(members, rewards) : null,
            Lengths = request.Mask is { } mask ? [.. members.Select(index => mask[index].Sum())] : null,
            Baselines = request.RewardBaselines is { } baselines ? Pick(members, baselines) : null,
            Mask = request.Mask is { } tokens ? Pick(members, tokens) : null,
            Values = request.Values is { } values ? Pick(members, values) : null,
            OldLogprobs = (request.OldLogprobs ?? request.OldLogProbabilities) is { } logprobs ? Pick(members, logprobs) : null,
            RefLogprobs = request.RefLogprobs is { } reference ? Pick(members, reference) : null,
            SumPiSquared = request.SumPiSquared is { } squares ? Pick(members, squares) : null,
            Agents = request.Agents is { } agents ? Pick(members, agents) : null,
            Episodes = request.Episodes is { } episodes ? Pick(members, episodes) : null,
        })],
    };

    /// <summary>Numbers of all groups, one group after the other, in the order sent.</summary>
    public static T[] InOrder<T>(AdvantagesRequest request, IEnumerable<T> grouped)
    {
        var ordered = new T[request.FlatCount];
        foreach (var (value, index) in grouped.Zip(Members(request).SelectMany(members => members))) ordered[index] = value;
        return ordered;
    }

    /// <summary>The rewards of tokens: as given, or the outcome on the last token of the mask.</summary>
    private static double[][]? TokenRewards(AdvantagesRequest request)
    {
        var wanted = request.IsPerToken || request.Estimator == "remax";
        if (!wanted || request.TokenLevelRewards is not null || request.Mask is null || request.Rewards is null) return wanted ? request.TokenLevelRewards : null;
        return [.. request.Mask.Select((mask, index) =>
        {
            var rewards = new double[mask.Length];
            if (Array.LastIndexOf(mask, 1.0) is >= 0 and var last) rewards[last] = request.Rewards[index] ?? 0;
            return rewards;
        })];
    }

    private static T[] Pick<T>(int[] members, T[] values) => [.. members.Select(index => values[index])];
}
