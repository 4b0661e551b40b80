using Grpo.Rewards;
using Grpo.Rewards.Shaping;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.Advantages.Trainers;

/// <summary>
/// What a trainer adds to rewards or takes from them before it compares them: the setting shaping in trainer_config, with the trainer's own names for the
/// limits. The penalty is that of the reward soft_overlong.
/// </summary>
internal static class RewardShaping
{
    /// <summary>The settings that every dialect takes besides its own.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
    [
        "shaping", "max_completion_len", "soft_punish_cache", "max_resp_len", "max_new_tokens", "overlong_buffer_len", "penalty_factor", "overlong_penalty_factor", "coef",
        "max_response_length", "overlong_buffer_length", "overlong_buffer_penalty", "stop_properly_penalty_coef", "overlong_tokens",
    ];

    /// <summary>The request with the shaped rewards; as it is without shaping.</summary>
    /// <exception cref="FluentValidation.ValidationException">The trainer has no such shaping, or what it needs is missing.</exception>
    public static AdvantagesRequest Apply(TrainerSettings settings, AdvantagesRequest request)
    {
        if (settings.Text("shaping") is not { } shaping)
        {
            if (Parameters.FirstOrDefault(settings.Has) is { } stray) throw settings.Invalid(stray, "Belongs to shaping, which is not given.");
            return request;
        }

        var shape = (settings.Text("trainer"), shaping) switch
        {
            ("trl", "soft_overlong") => Overlong(settings, request, "max_completion_len", "soft_punish_cache", factor: null, capped: true),
            ("verl", "soft_overlong") => Overlong(settings, request, "max_resp_len", "overlong_buffer_len", "penalty_factor", capped: false),
            ("openrlhf", "soft_overlong") => Overlong(settings, request, "max_new_tokens", "overlong_buffer_len", "overlong_penalty_factor", capped: true),
            ("nemo_rl", "soft_overlong") => Overlong(settings, request, "max_response_length", "overlong_buffer_length", "overlong_buffer_penalty", capped: false),
            ("areal", "soft_overlong") => Overlong(settings, request, "max_response_length", "overlong_tokens", "overlong_penalty_factor", capped: false),
            ("openrlhf", "stop_properly") => StopProperly(settings, request, "coef"),
            ("nemo_rl", "stop_properly") => StopProperly(settings, request, "stop_properly_penalty_coef", asShare: true),
            _ => throw settings.Invalid(
                "shaping", $"'{shaping}' is not supported for this trainer. Supported: soft_overlong of trl, verl, openrlhf, nemo_rl and areal; stop_properly of openrlhf and nemo_rl."),
        };
        return request with { Rewards = [.. Enumerable.Range(0, request.FlatCount).Select(shape)] };
    }

    /// <summary>The reward, 0 where none is given, and the penalty for a length near the limit.</summary>
    private static Func<int, double?> Overlong(TrainerSettings settings, AdvantagesRequest request, string limit, string buffer, string? factor, bool capped)
    {
        var lengths = request.CompletionLengths ?? throw RequestValidation.Invalid("completion_lengths", "Needed by the shaping soft_overlong.");
        var (longest, slope) = (Whole(settings, limit), Whole(settings, buffer));
        if (slope > longest) throw settings.Invalid(buffer, $"Must be at most {limit}.");
        var penalty = new SoftOverlongReward(new() { MaxCompletionLen = longest, SoftPunishCache = slope, PenaltyFactor = factor is null ? 1 : settings.Number(factor, 1), Capped = capped });
        return index => request.Rewards is { } rewards && rewards[index] is null
            ? null
            : (request.Rewards?[index] ?? 0) + penalty.Score(new RewardSample { Completion = "", TokenCount = lengths[index] }).Score;
    }

    /// <summary>The reward of a truncated completion times the coefficient, or a negative coefficient in its place.</summary>
    private static Func<int, double?> StopProperly(TrainerSettings settings, AdvantagesRequest request, string parameter, bool asShare = false)
    {
        var truncated = request.Truncated ?? throw RequestValidation.Invalid("truncated", "Needed by the shaping stop_properly.");
        var rewards = request.Rewards ?? throw RequestValidation.Invalid("rewards", "Needed by the shaping stop_properly.");
        var coefficient = settings.Number(parameter) ?? throw settings.Invalid(parameter, "Needed by the shaping stop_properly.");
        if (asShare && coefficient is < 0 or > 1) throw settings.Invalid(parameter, "Must be in [0, 1].");
        return index => !truncated[index] ? rewards[index] : coefficient < 0 ? coefficient : rewards[index] * coefficient;
    }

    private static int Whole(TrainerSettings settings, string name) =>
        settings.Number(name) is { } number and >= 1 and <= int.MaxValue && number == Math.Floor(number) ? (int)number : throw settings.Invalid(name, "Must be a whole number of tokens, at least 1.");
}
