using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Grpo.Rewards.Accuracy;

/// <summary>Parameters of <see cref="MathAccuracyReward"/>.</summary>
public sealed record MathAccuracyParams
{
    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>Whether only announced answers count.</summary>
    [Description("Accept only answers in <answer> tags, in a \\boxed, or announced in words; never the last formula or number of the text.")]
    public bool AnchoredOnly { get; init; }

    /// <summary>What a percent sign means.</summary>
    [Description("value: 10% is 0.1. lenient: 10% is also accepted where the reference says 10, and the other way round.")]
    public PercentPolicy Percent { get; init; } = PercentPolicy.Value;

    /// <summary>Relative tolerance between numbers.</summary>
    [Description("Largest |answer - reference| / |reference| that counts as equal between numbers. 0: exact.")]
    [Range(0.0, 0.5)]
    public double RelativeTolerance { get; init; }

    /// <summary>From how many decimals on a rounded answer counts.</summary>
    [Description("A decimal with at least this many decimals and significant digits equals the exact number that rounds to it: 0.333333 equals 1/3, 0.33 does not. null: never.")]
    [Range(1, 15)]
    public int? RoundedDecimals { get; init; } = 6;
}

/// <summary>What a percent sign in an answer means.</summary>
public enum PercentPolicy
{
    /// <summary>10% is 0.1.</summary>
    Value,

    /// <summary>10% is 0.1 or 10, whichever the other side says.</summary>
    Lenient,
}
