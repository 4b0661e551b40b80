using Grpo.Advantages;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>
/// OpenRLHF: compute_advantages_and_returns. The group's baseline comes off the reward first; then it is clipped, and lies on the last token, where each token
/// pays kl_coef times its divergence.
/// </summary>
internal static class OpenRlhfAdvantages
{
    public static AdvantageDialect Dialect { get; } = new(
        "openrlhf", ["estimator", "advantage_estimator", "kl_coef", "gamma", "lambd", "reward_clip_range", "eps", "ddof", "whiten"], Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        // OpenRLHF's default needs tokens; rewards that are only to be shaped may come without.
        var fallback = settings.Has("shaping") && request.Mask is null ? "dr_grpo" : "gae";
        var estimator = settings.Choice(["advantage_estimator", "estimator"], fallback, "gae", "reinforce", "reinforce_baseline", "rloo", "dr_grpo", "group_norm");
        var compares = estimator switch { "reinforce_baseline" or "dr_grpo" => "dr_grpo", "rloo" => "rloo", "group_norm" => "grpo", _ => null };
        var canonical = request with
        {
            Estimator = estimator switch { "reinforce" => "reinforce_plus_plus", "reinforce_baseline" => "reinforce_plus_plus_baseline", "gae" => "gae", _ => compares! },
            StdEpsilon = settings.Number("eps", 1e-9),
            Ddof = settings.Whole("ddof", 1),
            Gamma = settings.Number("gamma", 1),
            Lambda = settings.Number("lambd", 0.95),
        };
        if (canonical.IsPerToken) canonical = canonical with { Whitening = settings.Flag("whiten", fallback: true) ? WhiteningVariance.Population : WhiteningVariance.None };
        if (request.Rewards is null || request.Mask is null) return canonical;
        var (penalty, (low, high)) = (settings.Number("kl_coef", 0), settings.Range("reward_clip_range") ?? (-10, 10));
        if (compares is null) return canonical with { TokenLevelRewards = OnTokens(request, request.Rewards, penalty, low, high) };

        var compared = Compared(canonical with { Estimator = compares, KlPenaltyCoef = 0 });
        if (penalty == 0 && compared.All(reward => low <= reward && reward <= high)) return canonical;
        return canonical with
        {
            Estimator = "reinforce_plus_plus",
            Gamma = 1,
            Whitening = canonical.IsPerToken ? canonical.Whitening : WhiteningVariance.None,
            TokenLevelRewards = OnTokens(request, compared, penalty, low, high),
        };
    }

    /// <summary>The rewards above the group's baseline.</summary>
    private static double?[] Compared(AdvantagesRequest request)
    {
        var grouped = FlatGroups.Group(request);
        var advantages = AdvantageEstimators.Compute(AdvantageEstimators.All[request.Estimator], grouped.ToBatch(), grouped.ToOptions()).Advantages;
        return [.. FlatGroups.InOrder(request, advantages)];
    }

    private static double[][] OnTokens(AdvantagesRequest request, double?[] outcomes, double penalty, double low, double high) => [.. request.Mask!.Select((mask, index) =>
    {
        var rewards = mask.Select((value, t) => value == 0 ? 0 : -penalty * (request.Kl?[index][t] ?? 0)).ToArray();
        if (Array.LastIndexOf(mask, 1.0) is >= 0 and var last) rewards[last] += Math.Clamp(outcomes[index] ?? 0, low, high);
        return rewards;
    })];
}
