using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>prime-rl: centred rewards, MaxRL, centred rewards with a length penalty, and its estimators for several agents.</summary>
internal static class PrimeRlAdvantages
{
    public static AdvantageDialect Dialect { get; } = new(
        "prime_rl", ["estimator", "num_output_tokens_weight", "num_input_tokens_weight", "num_turns_weight", "decay", "episode_agents"], Translate);

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request) =>
        settings.Choice("estimator", "grpo", "grpo", "max_rl", "grpo_length_penalty", "rae", "hierarchical_grpo") switch
        {
            "max_rl" => request with { Estimator = "maxrl" },
            "rae" => request with { Estimator = "rae", Decay = settings.Number("decay", 0.95) },
            "hierarchical_grpo" => request with { Estimator = "hierarchical_grpo", EpisodeAgents = settings.Texts("episode_agents") ?? ["solver"] },
            "grpo_length_penalty" => Penalised(settings, request) with { Estimator = "dr_grpo" },
            _ => request with { Estimator = "dr_grpo" },
        };

    /// <summary>r - mean(r) times the weighed sum of each length as a share of the largest in the group.</summary>
    private static AdvantagesRequest Penalised(TrainerSettings settings, AdvantagesRequest request)
    {
        if (request.Rewards is not { } rewards) throw settings.Invalid("estimator", "grpo_length_penalty needs flat rewards.");
        var shaped = rewards.ToArray();
        foreach (var members in FlatGroups.Members(request))
        {
            var mean = members.Average(index => rewards[index]);
            Subtract(settings.Number("num_output_tokens_weight", 0), request.NumOutputTokens);
            Subtract(settings.Number("num_input_tokens_weight", 0), request.NumInputTokens);
            Subtract(settings.Number("num_turns_weight", 0), request.NumTurns);

            void Subtract(double weight, double[]? lengths)
            {
                if (lengths is null || weight == 0) return;
                var longest = Math.Max(members.Max(index => lengths[index]), 1);
                foreach (var index in members) shaped[index] -= mean * weight * lengths[index] / longest;
            }
        }

        return request with { Rewards = shaped };
    }
}
