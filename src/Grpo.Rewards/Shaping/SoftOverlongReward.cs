using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Grpo.Rewards.Shaping;

/// <summary>Parameters of <see cref="SoftOverlongReward"/>, named as in open-r1 and TRL.</summary>
public sealed record SoftOverlongParams : IValidatableObject
{
    /// <summary>The hard limit.</summary>
    [Description("Length at which the penalty is full. DAPO: 20480; open-r1: 16384.")]
    [Range(1, int.MaxValue)]
    public int MaxCompletionLen { get; init; } = 20480;

    /// <summary>The slope before it.</summary>
    [Description("How long before max_completion_len the penalty begins.")]
    [Range(1, int.MaxValue)]
    public int SoftPunishCache { get; init; } = 4096;

    /// <summary>The full penalty.</summary>
    [Description("The full penalty, as a positive number; verl's overlong penalty_factor.")]
    [Range(0.0, 100.0)]
    public double PenaltyFactor { get; init; } = 1;

    /// <summary>Whether the penalty stops growing.</summary>
    [Description("Stop at the full penalty, as DAPO, open-r1, TRL and OpenRLHF do. false: go on growing with the length, as verl does.")]
    public bool Capped { get; init; } = true;

    /// <summary>What length is counted in.</summary>
    [Description("What length is counted in: tokens (null without token_count), characters, or auto: tokens when there is a token_count, else characters.")]
    public LengthUnit Length { get; init; } = LengthUnit.Tokens;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SoftPunishCache > MaxCompletionLen)
            yield return new("must be at most max_completion_len.", [nameof(SoftPunishCache)]);
    }
}

/// <summary>Nothing for completions that leave room, a falling penalty for those that come near the limit.</summary>
/// <remarks>DAPO (arXiv:2503.14476 equation 13): 0 up to <c>max - cache</c>, <c>(max - cache - length) / cache</c> up to max, -1 beyond.</remarks>
public sealed class SoftOverlongReward(SoftOverlongParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<SoftOverlongParams, SoftOverlongReward>
    {
        Name = "soft_overlong",
        Version = "1",
        Summary = "Soft overlong punishment of DAPO: 0 up to max_completion_len - soft_punish_cache tokens, falling to -1 at max_completion_len. Needs token_count.",
        Formula = "score = penalty_factor * max(-1, min(0, (max_completion_len - soft_punish_cache - length) / soft_punish_cache)); without capped no max(-1, …)",
        Source = "DAPO, arXiv:2503.14476 equation 13; capped false: verl",
        Range = new(-1, 0),
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        if (CompletionLength.Of(sample, parameters.Length) is not { } length)
            return RewardScore.None(CompletionLength.Missing);
        var free = parameters.MaxCompletionLen - parameters.SoftPunishCache;
        var exceeded = (double)(free - length) / parameters.SoftPunishCache;
        if (parameters.Capped)
            exceeded = double.Max(exceeded, -1);
        var details = new JsonObject { ["length"] = length };
        return exceeded >= 0
            ? RewardScore.Of(0, $"length {length}, free up to {free}", details)
            : RewardScore.Of(exceeded * parameters.PenaltyFactor, $"length {length}, {length - free} beyond {free}", details);
    }
}
