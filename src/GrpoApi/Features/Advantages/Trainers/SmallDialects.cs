using Grpo.Advantages;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>The trainers with two or three choices.</summary>
internal static class SmallDialects
{
    /// <summary>SkyRL: ppo_utils.py; the only completion of a prompt keeps its reward in grpo and maxrl.</summary>
    public static AdvantageDialect SkyRl { get; } = new("skyrl", ["estimator", "advantage_estimator", "eps", "grpo_norm_by_std", "gamma", "lambd"], (settings, request) => request with
    {
        Estimator = settings.Choice(["advantage_estimator", "estimator"], "grpo", "grpo", "rloo", "maxrl", "gae", "reinforce++") is var name && name == "reinforce++" ? "reinforce_plus_plus" : name,
        StdEpsilon = settings.Number("eps", 1e-6),
        MeanEpsilon = name == "maxrl" ? settings.Number("eps", 1e-6) : 0,
        ScaleRewards = settings.Flag("grpo_norm_by_std", fallback: true) ? null : RewardScaling.None,
        Singleton = name is "grpo" or "maxrl" ? SingletonAdvantage.Reward : SingletonAdvantage.Zero,
        Gamma = settings.Number("gamma", 1),
        Lambda = settings.Number("lambd", 0.95),
    });

    /// <summary>slime: _post_process_rewards; with baseline it only centres, the whitening comes later.</summary>
    public static AdvantageDialect Slime { get; } = new("slime", ["estimator", "advantage_estimator", "eps", "ddof", "grpo_std_normalization"], (settings, request) => request with
    {
        Estimator = settings.Choice(["advantage_estimator", "estimator"], "grpo", "grpo", "gspo", "reinforce_plus_plus_baseline") == "reinforce_plus_plus_baseline" || !settings.Flag("grpo_std_normalization", fallback: true)
            ? "dr_grpo" : "grpo",
        StdEpsilon = settings.Number("eps", 1e-6),
        Ddof = settings.Whole("ddof", 1),
    });

    /// <summary>AReaL: Normalization, whose mean and spread each have a level.</summary>
    public static AdvantageDialect Areal { get; } = new("areal", ["eps", "mean_level", "mean_leave1out", "std_level", "std_unbiased"], (settings, request) =>
    {
        var leaveOneOut = settings.Flag("mean_leave1out");
        var spread = settings.Choice("std_level", "group", "group", "batch", "none");
        if (leaveOneOut && spread != "none") throw settings.Invalid("mean_leave1out", "Belongs to std_level none here.");
        return request with
        {
            Estimator = leaveOneOut ? "rloo" : "grpo",
            StdEpsilon = settings.Number("eps", 1e-5),
            BatchMean = settings.Choice("mean_level", "group", "group", "batch") == "batch",
            ScaleRewards = leaveOneOut ? null : spread switch { "batch" => RewardScaling.Batch, "none" => RewardScaling.None, _ => RewardScaling.Group },
            Ddof = settings.Flag("std_unbiased", fallback: true) ? 1 : 0,
        };
    });

    /// <summary>open-instruct: standard divides by the population standard deviation, centered does not divide.</summary>
    public static AdvantageDialect OpenInstruct { get; } = new("open_instruct", ["estimator", "advantage_normalization_type", "eps", "ddof"], (settings, request) => request with
    {
        Estimator = settings.Choice("advantage_normalization_type", "standard", "standard", "centered") == "standard" ? "grpo" : "dr_grpo",
        StdEpsilon = settings.Number("eps", 1e-8),
        Ddof = settings.Whole("ddof", 0),
    });

    /// <summary>Tinker's cookbook: centred rewards, and a divergence from the reference that token advantages pay for.</summary>
    public static AdvantageDialect Tinker { get; } = new("tinker", ["estimator", "kl_penalty_coef"], (settings, request) => request with
    {
        Estimator = settings.Choice("estimator", "centered", "centered") == "centered" ? "dr_grpo" : "",
        KlPenaltyCoef = settings.Number("kl_penalty_coef", 0),
    });
}
