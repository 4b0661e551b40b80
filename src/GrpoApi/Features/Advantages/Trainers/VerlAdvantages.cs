using Grpo.Advantages;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>verl: the advantage estimators of core_algos.py. The only completion of a prompt keeps its reward in most of them.</summary>
internal static class VerlAdvantages
{
    public static AdvantageDialect Dialect { get; } = new("verl", ["estimator", "adv_estimator", "norm_adv_by_std_in_grpo", "gamma", "lam", "f_norm"], Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        var estimator = settings.Text("adv_estimator") ?? settings.Choice(
            "estimator", "grpo", "grpo", "grpo_vectorized", "rloo", "rloo_vectorized", "opo", "gpg", "grpo_passk", "remax", "gdpo", "reinforce_plus_plus",
            "reinforce_plus_plus_baseline", "gae", "optimal_token_baseline", "tir_optimal_token_baseline");
        var divides = settings.Flag("norm_adv_by_std_in_grpo", fallback: true);
        var canonical = request with
        {
            Estimator = estimator switch { "grpo_vectorized" or "gdpo" => "grpo", "rloo_vectorized" => "rloo", _ => estimator },
            StdEpsilon = 1e-6,
            ScaleRewards = divides ? null : RewardScaling.None,
            Singleton = estimator is "grpo" or "grpo_vectorized" or "rloo" or "opo" or "gdpo" ? SingletonAdvantage.Reward : SingletonAdvantage.Zero,
            WhitenTokens = estimator == "gdpo",
            Gamma = settings.Number("gamma", 1),
            Lambda = settings.Number("lam", 0.95),
        };
        return canonical;
    }
}
