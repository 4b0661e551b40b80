using Grpo.Advantages;

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

    /// <summary>One advantage per completion on each token of its mask, whitened when asked; null when a group has no mask.</summary>
    public static double[][]? Spread(AdvantagesRequest request, double[] advantages)
    {
        if (request.Groups.Any(group => group.Mask is null)) return null;
        var masks = request.Groups.SelectMany(group => group.Mask!).ToArray();
        var rows = masks.Select((mask, index) => mask.Select(value => value * advantages[index]).ToArray()).ToArray();
        return request.WhitenTokens
            ? Whitening(rows, masks, request.Whitening)
            : rows;
    }

    private static double[][] Whitening(double[][] rows, double[][] masks, WhiteningVariance variance) => Grpo.Advantages.TokenEstimators.Whitening.Whiten(
        rows, [.. masks.Select((mask, index) => new TokenRewards { Rewards = rows[index], Mask = Bytes(mask) })], variance);

    private static byte[]? Bytes(double[]? mask) => mask is null ? null : Array.ConvertAll(mask, value => (byte)value);
}
