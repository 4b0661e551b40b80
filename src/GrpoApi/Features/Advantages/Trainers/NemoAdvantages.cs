using Grpo.Advantages;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>NeMo-RL: its advantage estimators; by default mean and spread are those of the other completions.</summary>
internal static class NemoAdvantages
{
    public static AdvantageDialect Dialect { get; } = new(
        "nemo_rl", ["estimator", "use_leave_one_out_baseline", "normalize_rewards", "eps", "minus_baseline"], Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        if (settings.Choice("estimator", "grpo", "grpo", "reinforce_plus_plus") == "reinforce_plus_plus")
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
}
