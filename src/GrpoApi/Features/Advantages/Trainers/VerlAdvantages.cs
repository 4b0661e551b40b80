using Grpo.Advantages;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>verl: the advantage estimators of core_algos.py. The only completion of a prompt keeps its reward in most of them.</summary>
internal static class VerlAdvantages
{
    public static AdvantageDialect Dialect { get; } = new(
        "verl",
        [
            "estimator", "adv_estimator", "norm_adv_by_std_in_grpo", "gamma", "lam", "f_norm", "gdpo_reward_keys", "gdpo_reward_weights", "use_kl_in_reward", "kl_coef",
        ],
        Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        var estimator = settings.Choice(
            ["adv_estimator", "estimator"], "grpo", "grpo", "grpo_vectorized", "rloo", "rloo_vectorized", "opo", "gpg", "grpo_passk", "remax", "gdpo", "reinforce_plus_plus",
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
            FNorm = settings.Number("f_norm", 1),
        };
        if (settings.Flag("use_kl_in_reward")) canonical = WithKl(settings, canonical);
        return estimator == "gdpo" && request.RewardsPerFunc is { Length: > 0 } rewards ? Gdpo(settings, canonical, rewards[0].Length) : canonical;
    }

    /// <summary>Each of several rewards is normalised in its group; their weighted sum is whitened over the tokens, not standardised over the batch before.</summary>
    private static AdvantagesRequest Gdpo(TrainerSettings settings, AdvantagesRequest request, int rewards)
    {
        var weights = settings.Numbers("gdpo_reward_weights");
        if (weights is not null && weights.Length != rewards) throw settings.Invalid("gdpo_reward_weights", $"Has {weights.Length} weights for {rewards} rewards.");
        if (settings.Texts("gdpo_reward_keys") is { } keys && keys.Length != rewards) throw settings.Invalid("gdpo_reward_keys", $"Has {keys.Length} names for {rewards} rewards.");
        if (request.ScaleRewards == RewardScaling.None) throw settings.Invalid("norm_adv_by_std_in_grpo", "Must be true for gdpo with several rewards.");
        return request with { Estimator = "gdpo", ScaleRewards = RewardScaling.None, Weights = weights?.Select((weight, index) => ($"f{index}", weight)).ToDictionary() };
    }

    /// <summary>apply_kl_penalty: the reward of each token loses kl_coef times its divergence.</summary>
    private static AdvantagesRequest WithKl(TrainerSettings settings, AdvantagesRequest request)
    {
        var rewards = request.TokenLevelRewards ?? throw RequestValidation.Invalid("token_level_rewards", "Needed by use_kl_in_reward.");
        var kl = request.Kl ?? throw RequestValidation.Invalid("kl", "Needed by use_kl_in_reward.");
        var coefficient = settings.Number("kl_coef", 0.001);
        return request with { TokenLevelRewards = [.. rewards.Select((row, i) => row.Select((reward, t) => reward - (coefficient * kl[i][t] * (request.Mask?[i][t] ?? 1))).ToArray())] };
    }
}
