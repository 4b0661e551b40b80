using Grpo.Advantages;
using GrpoApi.Features.Trainers;

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
            Ddof = (int)settings.Number("ddof", 1),
            Weights = settings.Numbers("reward_weights")?.Select((weight, index) => (Name: $"f{index}", weight)).ToDictionary(pair => pair.Name, pair => pair.weight),
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
        var (beta, range) = (settings.Number("beta", 0), settings.Numbers("reward_clip_range"));
        if ((beta == 0 && range is null) || !request.IsFlat) return canonical;
        var rewards = request.Rewards ?? [.. request.RewardsPerFunc!.Select(row => Sum(row, settings.Numbers("reward_weights")))];
        return canonical with
        {
            RewardsPerFunc = null,
            Weights = null,
            Rewards = [.. rewards.Select((reward, index) => (range is null || reward is null ? reward : Math.Clamp(reward.Value, range[0], range[1])) - (beta * Divergence(request, index)))],
        };
    }

    private static double? Sum(double?[] row, double[]? weights) =>
        row.All(reward => reward is null) ? null : row.Select((reward, k) => (reward ?? 0) * (weights?[k] ?? 1)).Sum();

    private static double Divergence(AdvantagesRequest request, int index) => request.OldLogprobs is { } old && request.RefLogprobs is { } reference
        ? old[index].Select((logprob, t) => (request.Mask?[index][t] ?? 1) * (logprob - reference[index].ElementAtOrDefault(t))).Sum() : 0;
}
