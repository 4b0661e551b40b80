using Grpo.Advantages;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>OpenRLHF: compute_advantages_and_returns. Rewards of tokens are -kl_coef kl with the clipped outcome on the last token.</summary>
internal static class OpenRlhfAdvantages
{
    public static AdvantageDialect Dialect { get; } = new(
        "openrlhf", ["estimator", "advantage_estimator", "kl_coef", "gamma", "lambd", "reward_clip_range", "eps", "ddof", "whiten"], Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        // OpenRLHF's default needs tokens; rewards that are only to be shaped may come without.
        var fallback = settings.Has("shaping") && request.Mask is null ? "dr_grpo" : "gae";
        var estimator = settings.Text("advantage_estimator") ?? settings.Choice("estimator", fallback, "gae", "reinforce", "reinforce_baseline", "rloo", "dr_grpo", "group_norm");
        var canonical = request with
        {
            Estimator = estimator switch { "group_norm" => "grpo", "reinforce" => "reinforce_plus_plus", "reinforce_baseline" => "reinforce_plus_plus_baseline", _ => estimator },
            StdEpsilon = settings.Number("eps", 1e-9),
            Ddof = (int)settings.Number("ddof", 1),
            Gamma = settings.Number("gamma", 1),
            Lambda = settings.Number("lambd", 0.95),
        };
        if (!canonical.IsPerToken) return canonical;
        canonical = canonical with { Whitening = settings.Flag("whiten", fallback: true) ? WhiteningVariance.Population : WhiteningVariance.None };
        if (request.Rewards is null || request.Mask is null) return canonical;
        var (penalty, range) = (settings.Number("kl_coef", 0), settings.Numbers("reward_clip_range") ?? [-10, 10]);
        return canonical with
        {
            TokenLevelRewards = [.. request.Mask.Select((mask, index) =>
            {
                var rewards = mask.Select((value, t) => value == 0 ? 0 : -penalty * (request.Kl?[index][t] ?? 0)).ToArray();
                if (Array.LastIndexOf(mask, 1.0) is >= 0 and var last) rewards[last] += Math.Clamp(request.Rewards[index] ?? 0, range[0], range[1]);
                return rewards;
            })],
        };
    }
}
