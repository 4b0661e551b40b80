using Grpo.Advantages;
using Grpo.Advantages.Estimators;

namespace GrpoApi.Features.Advantages;

/// <summary>Advantages of tokens: by a token-level estimator, or those of completions spread over their tokens.</summary>
internal static class TokenAdvantages
{
    /// <summary>By a token-level estimator, shape (N)(T).</summary>
    public static double[][] Estimate(AdvantagesRequest request)
    {
        var batch = new TokenRewardBatch
        {
            Completions = [.. request.Groups.SelectMany(group => group.TokenRewards!.Select((rewards, index) => new TokenRewards
            {
                Rewards = rewards,
                Mask = Bytes(group.Mask?[index]),
                Values = group.Values?[index],
                OldLogprobs = group.OldLogprobs?[index],
                SumPiSquared = group.SumPiSquared?[index],
            }))],
            GroupSizes = [.. request.Groups.Select(group => group.Size)],
        };
        return TokenAdvantageEstimators.All[request.Estimator].Estimate(batch, new() { Gamma = request.Gamma, Lambda = request.Lambda, Whitening = request.Whitening });
    }

    /// <summary>One advantage per completion on each token of its mask, whitened and penalised when asked; null when a group has no mask.</summary>
    public static double[][]? Spread(AdvantagesRequest request, double[] advantages)
    {
        if (request.Groups.Any(group => group.Mask is null)) return null;
        var masks = request.Groups.SelectMany(group => group.Mask!).ToArray();
        var rows = Remax(request) ?? [.. masks.Select((mask, index) => mask.Select(value => value * advantages[index]).ToArray())];
        if (request.WhitenTokens) rows = Whitening(rows, masks, request.Whitening);
        return request.KlPenaltyCoef == 0 ? rows : Penalise(request, rows, masks);
    }

    /// <summary>With the reward of each token, remax takes the rewards from there on.</summary>
    private static double[][]? Remax(AdvantagesRequest request) => request.Estimator != "remax" || request.Groups.Any(group => group.TokenRewards is null)
        ? null
        : [.. request.Groups.SelectMany(group => group.TokenRewards!.Select((rewards, index) =>
            RemaxAdvantage.OfTokens(new() { Rewards = rewards, Mask = Bytes(group.Mask![index]) }, group.Baselines![index])))];

    /// <summary>A + coef (mean(x) - x) with x = old_logprob - ref_logprob: what the policy made likelier than the reference does, more than elsewhere, loses.</summary>
    private static double[][] Penalise(AdvantagesRequest request, double[][] rows, double[][] masks)
    {
        double[][] gaps = [.. request.Groups.SelectMany(group => group.OldLogprobs!.Zip(group.RefLogprobs!, (old, reference) => old.Zip(reference, (one, other) => one - other).ToArray()))];
        var mean = gaps.Zip(masks, (gap, mask) => gap.Zip(mask, (value, included) => value * included).Sum()).Sum() / Math.Max(masks.Sum(mask => mask.Sum()), 1);
        return [.. rows.Select((row, index) => row.Select((value, t) => value + (request.KlPenaltyCoef * masks[index][t] * (mean - gaps[index][t]))).ToArray())];
    }

    private static double[][] Whitening(double[][] rows, double[][] masks, WhiteningVariance variance) => Grpo.Advantages.TokenEstimators.Whitening.Whiten(
        rows, [.. masks.Select((mask, index) => new TokenRewards { Rewards = rows[index], Mask = Bytes(mask) })], variance);

    private static byte[]? Bytes(double[]? mask) => mask is null ? null : Array.ConvertAll(mask, value => (byte)value);
}
