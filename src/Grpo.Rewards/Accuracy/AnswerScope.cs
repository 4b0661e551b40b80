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

/// <summary>An answer found in a completion.</summary>
/// <param name="Text">The answer as it is written there.</param>
/// <param name="Source">Where it was found: answer_tag, boxed, anchor, whole, math, number.</param>
public readonly record struct ExtractedAnswer(string Text, string Source);
