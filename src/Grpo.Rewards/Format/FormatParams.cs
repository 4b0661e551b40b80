using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Grpo.Rewards.Format;

/// <summary>The layouts known by name.</summary>
public enum FormatPreset
{
    /// <summary><c>&lt;think&gt;…&lt;/think&gt; &lt;answer&gt;…&lt;/answer&gt;</c>, the template of DeepSeek-R1-Zero (arXiv:2501.12948 table 1).</summary>
    R1ThinkAnswer,

    /// <summary><c>&lt;think&gt;…&lt;/think&gt;</c>, then the answer as free text.</summary>
    ThinkOnly,

    /// <summary><c>&lt;think&gt;…&lt;/think&gt;</c>, then free text with a <c>\boxed{…}</c>.</summary>
    ThinkBoxed,

    /// <summary><c>&lt;reasoning&gt;…&lt;/reasoning&gt; &lt;answer&gt;…&lt;/answer&gt;</c>.</summary>
    ReasoningAnswer,

    /// <summary>The sections named in <see cref="FormatParams.Tags"/>, in that order.</summary>
    Custom,
}

/// <summary>How clauses become a score.</summary>
public enum FormatMode
{
    /// <summary>1 when every clause holds, else 0.</summary>
    Strict,

    /// <summary>The share of clauses that hold.</summary>
    Soft,
}

/// <summary>Whether the prompt already opened the first section.</summary>
public enum FormatPrefill
{
    /// <summary>It did not: the completion must.</summary>
    None,

    /// <summary>It did: the completion must not.</summary>
    Think,

    /// <summary>It did when the prompt (or its last message) ends with the opening tag.</summary>
    Auto,
}

/// <summary>What may stand between and around the sections.</summary>
public enum OutsideText
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>White space.</summary>
    Whitespace,

    /// <summary>Anything.</summary>
    Any,
}

/// <summary>Parameters of <see cref="FormatReward"/>.</summary>
public sealed record FormatParams : IValidatableObject
{
    /// <summary>Which sections, in which order.</summary>
    [Description("The layout: r1_think_answer (<think></think><answer></answer>), think_only (free text after </think>), think_boxed (free text with a \\boxed after </think>), reasoning_answer, or custom (the sections in tags).")]
    public FormatPreset Preset { get; init; } = FormatPreset.R1ThinkAnswer;

    /// <summary>Section names of the custom layout.</summary>
    [Description("Names of the sections, in order; only with preset custom. [\"plan\", \"answer\"] means <plan>…</plan><answer>…</answer>.")]
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>All or nothing, or a share.</summary>
    [Description("strict: 1 when every clause holds, else 0. soft: the share of clauses that hold.")]
    public FormatMode Mode { get; init; } = FormatMode.Strict;

    /// <summary>Who writes the first opening tag.</summary>
    [Description("Whether the prompt already ends with the first opening tag, so that the completion starts inside it: none, think, or auto (look at the prompt).")]
    public FormatPrefill Prefilled { get; init; } = FormatPrefill.Auto;

    /// <summary>Whether tags stand on their own lines.</summary>
    [Description("Require a line break after each opening tag and around each closing tag, as open-r1 does.")]
    public bool StrictNewlines { get; init; }

    /// <summary>What may stand outside the sections.</summary>
    [Description("What may stand outside the sections: none, whitespace, or any. The free text of think_only and think_boxed is always allowed.")]
    public OutsideText AllowOutsideText { get; init; } = OutsideText.Whitespace;

    /// <summary>Whether sections must have content.</summary>
    [Description("Require every section to hold more than white space. Without it an empty <think></think> passes.")]
    public bool RequireNonempty { get; init; } = true;

    /// <summary>How often the sections may come.</summary>
    [Description("How often the sections may come, one block after the other: <think></think><answer></answer><think></think><answer></answer> is two.")]
    [Range(1, 16)]
    public int MaxBlocks { get; init; } = 1;

    /// <summary>Whether tags inside a section break the layout.</summary>
    [Description("Refuse tags inside a section. false: whatever stands between a tag and the one that closes it is its text.")]
    public bool ForbidNested { get; init; } = true;

    /// <summary>Whether special tokens at the end are ignored.</summary>
    [Description("Ignore special tokens such as <|im_end|> or </s> at the end of the completion.")]
    public bool StripSpecialTokens { get; init; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Preset == FormatPreset.Custom) != (Tags.Count > 0))
            yield return new("give tags with preset custom, and only then.", [nameof(Tags)]);
        if (Tags.Count > 8 || Tags.Distinct().Count() != Tags.Count || Tags.Any(tag => tag is not { Length: > 0 and <= 64 } || !tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')))
            yield return new("must be at most 8 different names of letters, digits, '_' and '-'.", [nameof(Tags)]);
    }
}
