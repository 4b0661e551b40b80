namespace Grpo.Rewards.Accuracy;

/// <summary>Which part of a completion may hold the answer.</summary>
public enum AnswerScope
{
    /// <summary>What follows the last <c>&lt;/think&gt;</c>; everything when there is none.</summary>
    AfterThink,

    /// <summary>Everything.</summary>
    Whole,

    /// <summary>Only the last complete <c>&lt;answer&gt;</c> block.</summary>
    AnswerTag,
}

/// <summary>What several boxes near each other mean.</summary>
public enum BoxJoining
{
    /// <summary>The last box is the answer; where the reference has several parts, the boxes near it may be the others.</summary>
    Auto,

    /// <summary>The last box alone is the answer.</summary>
    Last,

    /// <summary>Boxes with a gap of less than 10 characters, or of less than 70 with "and", "or" or a comma in it, are one answer of several parts.</summary>
    Adjacent,
}

/// <summary>An answer found in a completion.</summary>
/// <param name="Text">The answer as it is written there.</param>
/// <param name="Source">Where it was found: answer_tag, boxed, anchor, whole, math, number.</param>
/// <param name="Percent">The answer with a percent sign that stands outside of its box; null when there is none.</param>
/// <param name="Joined">The answer together with the boxes near it; null when there are none.</param>
public readonly record struct ExtractedAnswer(string Text, string Source, string? Percent = null, string? Joined = null);
