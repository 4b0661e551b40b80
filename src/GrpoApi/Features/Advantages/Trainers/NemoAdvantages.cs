using Grpo.Advantages;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>NeMo-RL: its advantage estimators; by default mean and spread are those of the other completions.</summary>
internal static class NemoAdvantages
{
    public static AdvantageDialect Dialect { get; } = new(
        "nemo_rl", ["estimator", "use_leave_one_out_baseline", "normalize_rewards", "eps", "minus_baseline", "reward_weights"], Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        var estimator = settings.Choice("estimator", "grpo", "grpo", "reinforce_plus_plus", "gdpo");
        if (estimator == "gdpo") return Gdpo(settings, request);
        if (estimator == "reinforce_plus_plus")
        {
            return request with
            {
                Estimator = settings.Flag("minus_baseline", fallback: true) ? "reinforce_plus_plus_baseline" : "reinforce_plus_plus",
                Whitening = WhiteningVariance.Population,
            };
        }

        var (others, divides) = (settings.Flag("use_leave_one_out_baseline", fallback: true), settings.Flag("normalize_rewards", fallback: true));
        return request with
        {
            Estimator = divides ? "grpo" : others ? "rloo" : "dr_grpo",
            LeaveOneOut = divides && others,
            StdEpsilon = settings.Number("eps", 1e-6),
        };
    }

    /// <summary>Each reward against the others of its group, divided by their spread; the weighted sum is standardised over the batch.</summary>
    private static AdvantagesRequest Gdpo(TrainerSettings settings, AdvantagesRequest request)
    {
        if (!settings.Flag("normalize_rewards", fallback: true)) throw settings.Invalid("normalize_rewards", "Must be true for gdpo here.");
        if (!settings.Flag("use_leave_one_out_baseline", fallback: true)) throw settings.Invalid("use_leave_one_out_baseline", "Must be true for gdpo here.");
        var (weights, rewards) = (settings.Numbers("reward_weights"), request.RewardsPerFunc is { Length: > 0 } rows ? rows[0].Length : 0);
        if (weights is not null && weights.Length != rewards) throw settings.Invalid("reward_weights", $"Has {weights.Length} weights for {rewards} rewards.");
        return request with
        {
            Estimator = "gdpo",
            LeaveOneOut = true,
            StdEpsilon = settings.Number("eps", 1e-6),
            Weights = weights?.Select((weight, index) => ($"f{index}", weight)).ToDictionary(),
        };
    }
}
