using System.ComponentModel;

namespace Grpo.Jobs.Requests;

/// <summary>Training data out of a policy's own samples: rejection sampling, best of n, preference pairs.</summary>
public sealed record CurationRequest : JobRequest
{
    /// <summary>Which samples are kept.</summary>
    public KeepRules Keep { get; init; } = new();

    /// <summary>The form of the result.</summary>
    /// <value>The default value is sft_messages.</value>
    [DefaultValue(CurationOutput.SftMessages)]
    public CurationOutput Output { get; init; }
}

/// <summary>Which samples are kept. A sample that breaks several rules is counted under the first one, in this order: the filters, the pass rate, the reward, best of, at most per prompt.</summary>
public sealed record KeepRules
{
    /// <summary>The least reward that is kept; absent: any, also none.</summary>
    /// <example>1.0</example>
    public double? MinReward { get; init; }

    /// <summary>Keeps this many samples of a prompt, those of the highest reward (the shorter one of equals).</summary>
    /// <value>At least 1; absent: all.</value>
    public int? BestOf { get; init; }

    /// <summary>The most samples kept of one prompt.</summary>
    /// <value>At least 1; absent: no limit.</value>
    public int? MaxPerPrompt { get; init; }

    /// <summary>Keeps only prompts of which at least this share of the samples reaches <c>min_reward</c> (without it: a reward of 1).</summary>
    /// <value>In [0, 1].</value>
    public double? MinPassRate { get; init; }

    /// <summary>Keeps only prompts of which at most this share does: 0.9 leaves out what is already easy.</summary>
    /// <value>In [0, 1].</value>
    public double? MaxPassRate { get; init; }

    /// <summary>Unreadable completions to be left out (DeepSeek-R1, arXiv:2501.12948 section 2.3.3).</summary>
    public IReadOnlyList<CurationFilter> Filters { get; init; } = [];

    /// <summary>What <c>long_paragraphs</c> calls long.</summary>
    /// <value>Characters without an empty line, at least 1. The default value is 1000.</value>
    [DefaultValue(1000)]
    public int MaxParagraphCharacters { get; init; } = 1000;

    /// <summary>What <c>duplicates</c> calls nearly the same: the share of a completion's word 5-grams that a kept completion of the same prompt has too.</summary>
    /// <value>In (0, 1]; 1 is only the same 5-grams. The default value is 0.8.</value>
    [DefaultValue(0.8)]
    public double MaxOverlap { get; init; } = 0.8;
}

/// <summary>A reason to leave a completion out.</summary>
public enum CurationFilter
{
    /// <summary>More than a tenth of the words are of another language than the rest, told by their script.</summary>
    MixedLanguage,

    /// <summary>A paragraph is longer than <c>max_paragraph_characters</c>.</summary>
    LongParagraphs,

    /// <summary>It has a fenced code block.</summary>
    CodeBlocks,

    /// <summary>It did not end by itself.</summary>
    Truncated,

    /// <summary>The same prompt and completion were kept already, but for case, punctuation and white space; or a kept completion of the prompt shares <c>max_overlap</c> of its 5-grams.</summary>
    Duplicates,
}

/// <summary>The form of curated data, as trainers load it.</summary>
public enum CurationOutput
{
    /// <summary><c>{"messages": [..., {"role": "assistant", "content": ".."}]}</c></summary>
    SftMessages,

    /// <summary><c>{"prompt": "..", "completion": ".."}</c>, the prompt as the policy read it.</summary>
    SftText,

    /// <summary><c>{"prompt", "chosen", "rejected"}</c>: a kept sample and one of a lower reward; messages where the prompt is messages.</summary>
    PreferencePairs,
}
