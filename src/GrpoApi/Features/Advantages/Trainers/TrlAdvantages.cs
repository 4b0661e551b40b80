using Grpo.Advantages;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>TRL: the advantages of its GRPO and RLOO trainers.</summary>
internal static class TrlAdvantages
{
    public static AdvantageDialect Dialect { get; } = new(
        "trl",
        ["estimator", "scale_rewards", "multi_objective_aggregation", "reward_weights", "eps", "ddof", "beta", "reward_clip_range", "normalize_advantages"],
        Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        var estimator = settings.Choice("estimator", "grpo", "grpo", "gdpo", "rloo");
        var canonical = request with
        {
            Estimator = estimator,
            StdEpsilon = settings.Number("eps", 1e-4),
            Ddof = settings.Whole("ddof", 1),
            Weights = Weights(settings, request)?.Select((weight, index) => (Name: $"f{index}", weight)).ToDictionary(pair => pair.Name, pair => pair.weight),
        };
        return estimator == "rloo" ? Rloo(settings, canonical) : canonical with
        {
            ScaleRewards = settings.Choice("scale_rewards", "group", "group", "batch", "none") switch { "batch" => RewardScaling.Batch, "none" => RewardScaling.None, _ => RewardScaling.Group },
            MultiObjectiveAggregation = settings.Choice("multi_objective_aggregation", "sum_then_normalize", "sum_then_normalize", "normalize_then_sum") == "normalize_then_sum"
                ? MultiObjectiveAggregation.NormalizeThenSum : MultiObjectiveAggregation.SumThenNormalize,
        };
    }

    /// <summary>RLOO clips rewards and takes the divergence of the whole completion off them, both before the baseline.</summary>
    private static AdvantagesRequest Rloo(TrainerSettings settings, AdvantagesRequest request)
    {
        var canonical = request with { ScaleRewards = settings.Flag("normalize_advantages") ? RewardScaling.Batch : null };
        var (beta, range) = (settings.Number("beta", 0), settings.Range("reward_clip_range"));
        if ((beta == 0 && range is null) || !request.IsFlat) return canonical;
        var rewards = request.Rewards ?? request.RewardsPerFunc?.Select(row => Sum(row, Weights(settings, request))).ToArray()
            ?? throw RequestValidation.Invalid("rewards", "rewards or rewards_per_func are needed by beta and reward_clip_range.");
        return canonical with
        {
            RewardsPerFunc = null,
            Weights = null,
            Rewards = [.. rewards.Select((reward, index) => (range is not var (low, high) || reward is null ? reward : Math.Clamp(reward.Value, low, high)) - (beta * Divergence(request, index)))],
        };
    }

    /// <summary>One weight per reward function, when they are given.</summary>
    private static double[]? Weights(TrainerSettings settings, AdvantagesRequest request)
    {
        var (weights, functions) = (settings.Numbers("reward_weights"), request.RewardsPerFunc is { Length: > 0 } rows ? rows[0].Length : (int?)null);
        return weights is null || functions is null || functions == weights.Length ? weights
            : throw settings.Invalid("reward_weights", $"Has {weights.Length} weights for {functions} reward functions.");
    }

    private static double? Sum(double?[] row, double[]? weights) =>
        row.All(reward => reward is null) ? null : row.Select((reward, k) => (reward ?? 0) * (weights?[k] ?? 1)).Sum();

    private static double Divergence(AdvantagesRequest request, int index) => request.OldLogprobs is { } old && request.RefLogprobs is { } reference
        ? old[index].Select((logprob, t) => (request.Mask?[index][t] ?? 1) * (logprob - reference[index].ElementAtOrDefault(t))).Sum() : 0;
}
