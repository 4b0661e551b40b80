using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Grpo.Rewards.Math;

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

    /// <summary>What several boxes near each other mean.</summary>
    [Description("Several \\boxed near each other. auto: the last is the answer; where the reference has several parts, those near it may be the others. last: the last alone. adjacent: those near each other (a gap of less than 10 characters, or of less than 70 with \"and\", \"or\" or a comma) are one answer.")]
    public BoxJoining JoinBoxes { get; init; } = BoxJoining.Auto;

    /// <summary>What a percent sign means.</summary>
    [Description("value: 10% is 0.1. lenient: 10% is also accepted where the reference says 10, and the other way round.")]
    public PercentPolicy Percent { get; init; } = PercentPolicy.Value;

    /// <summary>What the words behind a number mean.</summary>
    [Description("ignore_unknown: units of one kind (cm and km, hours and minutes, dollars and cents) are converted and compared where both answers have one; other units and nouns are not looked at. ignore: none is.")]
    public UnitPolicy Units { get; init; } = UnitPolicy.IgnoreUnknown;

    /// <summary>Relative tolerance between numbers.</summary>
    [Description("Largest |answer - reference| / |reference| that counts as equal between numbers. 0: exact.")]
    [Range(0.0, 0.5)]
    public double RelativeTolerance { get; init; }

    /// <summary>From how many decimals on a rounded answer counts.</summary>
    [Description("A decimal with at least this many decimals and significant digits equals the exact number that rounds to it: 0.333333 equals 1/3, 0.33 does not. null: never.")]
    [Range(1, 15)]
    public int? RoundedDecimals { get; init; } = 6;

    /// <summary>Whether every correctly rounded decimal counts.</summary>
    [Description("Accept every decimal of two significant digits or more that is the reference correctly rounded: 0.33 for 1/3, 78.54 for 25\\pi.")]
    public bool AcceptRounded { get; init; }

    /// <summary>Whether a plain list has an order.</summary>
    [Description("Whether the parts of a plain list such as 1, 2 must come in the order of the reference. Sets in braces never have an order.")]
    public bool SetOrder { get; init; }

    /// <summary>Whether a tuple has an order.</summary>
    [Description("Whether the parts of a tuple such as (1, 2) must come in the order of the reference.")]
    public bool TupleOrder { get; init; } = true;

    /// <summary>Whether an assignment stands for its value.</summary>
    [Description("Whether x = 5, 5 = x and f(x) = 5 stand for 5, on both sides.")]
    public bool UnwrapAssignment { get; init; } = true;

    /// <summary>Whether an inequality equals its solution set.</summary>
    [Description("Whether an inequality equals the interval that it describes. gold_relation_only: only in the reference, because repeating the inequality of the question is no answer. both: also in the answer. none: never.")]
    public RelationVsSet RelationVsSet { get; init; } = RelationVsSet.GoldRelationOnly;

    /// <summary>Whether an answer must be simplified.</summary>
    [Description("Whether an answer must be written as simply as the reference: 2/4 and 1+1 are then not 1/2 and 2.")]
    public bool RequireSimplified { get; init; }

    /// <summary>Whether x and X differ.</summary>
    [Description("Whether x and X are different variables.")]
    public bool CaseSensitiveSymbols { get; init; } = true;

    /// <summary>Whether the case of words counts.</summary>
    [Description("Whether Even and even are different words.")]
    public bool TextCase { get; init; }

    /// <summary>Whether i is the imaginary unit.</summary>
    [Description("Whether i is the imaginary unit; otherwise it is a variable.")]
    public bool ComplexI { get; init; } = true;

    /// <summary>What a degree sign means.</summary>
    [Description("auto: 45° equals 45, and sin 30° is 1/2. radians: 45° is pi/4.")]
    public DegreePolicy Degrees { get; init; } = DegreePolicy.Auto;

    /// <summary>The policy of the comparison.</summary>
    internal MathPolicy Policy() => new()
    {
        LenientPercent = Percent == PercentPolicy.Lenient,
        CompareUnits = Units == UnitPolicy.IgnoreUnknown,
        RelativeTolerance = RelativeTolerance,
        RoundedDecimals = RoundedDecimals,
        AcceptRounded = AcceptRounded,
        SetOrder = SetOrder,
        TupleOrder = TupleOrder,
        UnwrapAssignment = UnwrapAssignment,
        GoldRelationAsSet = RelationVsSet != RelationVsSet.None,
        PredictionRelationAsSet = RelationVsSet == RelationVsSet.Both,
        RequireSimplified = RequireSimplified,
        CaseSensitiveSymbols = CaseSensitiveSymbols,
        CaseSensitiveText = TextCase,
        ComplexI = ComplexI,
        BareDegrees = Degrees == DegreePolicy.Auto,
    };
}
