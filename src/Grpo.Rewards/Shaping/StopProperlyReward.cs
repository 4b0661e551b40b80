using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Grpo.Rollouts;

namespace Grpo.Rewards.Shaping;

/// <summary>Parameters of <see cref="StopProperlyReward"/>.</summary>
public sealed record StopProperlyParams
{
    /// <summary>What a truncated completion gets.</summary>
    [Description("For completions cut off at the limit: at least 0: factor of the reward; below 0: the score itself. OpenRLHF's stop_properly_penalty_coef.")]
    [Range(-100.0, 1.0)]
    public double Coefficient { get; init; }

    /// <summary>The reward that is kept or cut.</summary>
    [Description("The reward to be kept or cut; null: 1 for every completion that ended by itself.")]
    public NestedReward? Reward { get; init; }
}

/// <summary>Keeps a reward of completions that ended by themselves and cuts it for those that were cut off.</summary>
/// <remarks>OpenRLHF's stop-properly penalty: with finish reason <c>length</c> the reward becomes <c>reward * coefficient</c>, or the coefficient itself when that is negative.</remarks>
public sealed class StopProperlyReward(StopProperlyParams parameters) : ISampleReward
{
    private readonly ISampleReward? _reward = parameters.Reward?.Bind("reward");

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<StopProperlyParams, StopProperlyReward>
    {
        Name = "stop_properly",
        Version = "1",
        Summary = "1 (or the score of another reward) when the completion ended by itself; that times the coefficient, or a negative coefficient itself, when it was cut off at the limit. Needs finish_reason.",
        Formula = "ended by itself: score = reward; cut off: score = coefficient * reward where coefficient >= 0, else coefficient",
        Source = "OpenRLHF, stop_properly_penalty_coef",
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        if (sample.FinishReason is not (FinishReason.Stop or FinishReason.Length))
            return RewardScore.None(sample.FinishReason is null ? "finish_reason is missing" : "the completion was called off");
        var truncated = sample.FinishReason == FinishReason.Length;
        if (truncated && parameters.Coefficient < 0)
            return RewardScore.Of(parameters.Coefficient, "cut off at the limit");
        var inner = _reward?.Score(sample) ?? RewardScore.Of(1, "");
        if (inner.Score is not { } score)
            return RewardScore.None(inner.Reason);
        return truncated ? RewardScore.Of(score * parameters.Coefficient, "cut off at the limit") : RewardScore.Of(score, "ended by itself");
    }
}
