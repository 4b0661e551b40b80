using FluentValidation.Results;

namespace GrpoApi.Features.Advantages;

/// <summary>What the flat input must satisfy before it can be brought into groups.</summary>
internal static class FlatRewardsRules
{
    /// <summary>The first thing that is wrong, or null.</summary>
    public static ValidationFailure? Broken(AdvantagesRequest request)
    {
        if (!request.IsFlat) return null;
        if (request.Groups.Count > 0) return new("groups", "Contradicts the flat rewards: give either groups or flat rewards.");
        if (request.OldLogprobs is not null && request.OldLogProbabilities is not null) return new("old_log_probs", "Contradicts old_logprobs, which means the same: give one of the two.");
        var count = request.FlatCount;
        if (request.CompletionLengths is { } tokens && Array.FindIndex(tokens, one => one < 0) is >= 0 and var negative) return new($"completion_lengths[{negative}]", "Must be at least 0.");
        if ((request.CompletionLengths ?? (object?)request.Truncated) is not null && request.TrainerConfig?.ContainsKey("shaping") != true)
        {
            return new(request.CompletionLengths is null ? "truncated" : "completion_lengths", "Is read by a trainer's shaping only: trainer_config.shaping.");
        }

        if (count == 0) return new("rewards", "At least one reward is needed.");
        if (request.GroupSize is < 1 || count % (request.GroupSize ?? 1) != 0) return new("group_size", $"Must be positive and divide the {count} rewards.");
        if (request.RewardsPerFunc is { } rows && rows.Any(row => row.Length != rows[0].Length || row.Length == 0)) return new("rewards_per_func", "Every row needs one reward per function.");
        foreach (var (name, length) in Lengths(request))
        {
            if (length is { } given && given != count) return new(name, $"Has {given} entries for {count} completions.");
        }

        for (var i = 0; i < (request.Mask?.Length ?? 0); i++)
        {
            if (Array.FindIndex(request.Mask![i], value => value is not (0 or 1)) is >= 0 and var wrong) return new($"mask[{i}][{wrong}]", "Must be 0 or 1.");
        }

        return Matrices(request).Select(matrix => Ragged(matrix.Name, matrix.Rows, request.Mask ?? request.TokenLevelRewards)).FirstOrDefault(failure => failure is not null);
    }

    /// <summary>A failure of the groups that were made of flat input, at the name that the input has.</summary>
    public static ValidationFailure AsSent(ValidationFailure failure, AdvantagesRequest request)
    {
        if (!failure.PropertyName.StartsWith("groups[", StringComparison.Ordinal)) return failure;
        var field = failure.PropertyName[(failure.PropertyName.IndexOf(']', StringComparison.Ordinal) + 1)..].TrimStart('.').Split('[', '.')[0];
        return new(field switch
        {
            "rewards" when request.RewardsPerFunc is not null => "rewards_per_func",
            "rewards" when request.Rewards is null => "token_level_rewards",
            "scores" => "rewards_per_func",
            "token_rewards" => "token_level_rewards",
            "lengths" => "mask",
            "baselines" => "reward_baselines",
            _ => field,
        }, failure.ErrorMessage);
    }

    /// <summary>The first row with another number of tokens than its completion has.</summary>
    private static ValidationFailure? Ragged(string name, double[][]? rows, double[][]? tokens)
    {
        for (var i = 0; i < (rows?.Length ?? 0); i++)
        {
            var expected = (tokens ?? rows!)[i].Length;
            if (rows![i].Length != expected) return new($"{name}[{i}]", $"Has {rows[i].Length} values for {expected} tokens.");
        }

        return null;
    }

    private static IEnumerable<(string Name, double[][]? Rows)> Matrices(AdvantagesRequest request) =>
    [
        ("token_level_rewards", request.TokenLevelRewards), ("values", request.Values), ("kl", request.Kl),
        ("old_logprobs", request.OldLogprobs), ("ref_logprobs", request.RefLogprobs), ("old_log_probs", request.OldLogProbabilities), ("sum_pi_squared", request.SumPiSquared),
    ];

    private static IEnumerable<(string Name, int? Length)> Lengths(AdvantagesRequest request) =>
    [
        ("group_ids", request.GroupIds?.Length), ("mask", request.Mask?.Length), ("values", request.Values?.Length), ("kl", request.Kl?.Length),
        ("token_level_rewards", request.TokenLevelRewards?.Length), ("rewards_per_func", request.RewardsPerFunc?.Length),
        ("reward_baselines", request.RewardBaselines?.Length), ("old_logprobs", request.OldLogprobs?.Length), ("ref_logprobs", request.RefLogprobs?.Length),
        ("num_output_tokens", request.NumOutputTokens?.Length), ("num_input_tokens", request.NumInputTokens?.Length), ("num_turns", request.NumTurns?.Length),
        ("old_log_probs", request.OldLogProbabilities?.Length), ("sum_pi_squared", request.SumPiSquared?.Length), ("agents", request.Agents?.Length), ("completion_lengths", request.CompletionLengths?.Length), ("truncated", request.Truncated?.Length), ("episodes", request.Episodes?.Length),
    ];
}
