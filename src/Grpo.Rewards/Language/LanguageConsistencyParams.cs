using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Grpo.Rewards.Language;

/// <summary>Which part of a completion is judged.</summary>
public enum LanguageScope
{
    /// <summary>The chain of thought: the first <c>&lt;think&gt;</c> to the last <c>&lt;/think&gt;</c> before the answer.</summary>
    Cot,

    /// <summary>What follows it.</summary>
    Answer,

    /// <summary>Everything.</summary>
    All,
}

/// <summary>What the share of words becomes.</summary>
public enum LanguageMode
{
    /// <summary>The share itself.</summary>
    Ratio,

    /// <summary>1 when it is at least the threshold, else 0.</summary>
    Gate,
}

/// <summary>The score where there is nothing to count.</summary>
public enum EmptyScore
{
    /// <summary>None.</summary>
    Null,

    /// <summary>0.</summary>
    Zero,

    /// <summary>1.</summary>
    One,
}

/// <summary>Parameters of <see cref="LanguageConsistencyReward"/>.</summary>
public sealed record LanguageConsistencyParams : IValidatableObject
{
    /// <summary>The language wanted.</summary>
    [Description("BCP-47 tag of the language wanted, such as en or zh-Hant; absent: reference.language. Known: am, ar, bg, bn, ca, cs, da, de, el, en, es, et, fa, fi, fr, gu, he, hi, hr, hu, hy, id, it, ja, ka, km, kn, ko, lo, lt, lv, ml, mr, ms, my, ne, nl, no, pa, pl, pt, ro, ru, sk, sl, sr, sv, sw, ta, te, th, tl, tr, uk, ur, vi, zh.")]
    public string? Target { get; init; }

    /// <summary>The part judged.</summary>
    [Description("The part judged: cot (the text up to the last </think>), answer (the text after it), or all.")]
    public LanguageScope Scope { get; init; } = LanguageScope.Cot;

    /// <summary>The share, or whether it is large enough.</summary>
    [Description("ratio: the share itself. gate: 1 when the share is at least threshold, else 0.")]
    public LanguageMode Mode { get; init; } = LanguageMode.Ratio;

    /// <summary>Smallest share of a gate.</summary>
    [Description("The smallest share that a gate lets through.")]
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = 0.9;

    /// <summary>How far behind the target may be.</summary>
    [Description("Words are taken for the target while it is at most so many nats per ten letters less likely than the likeliest language of the same script, so that words that two languages share, and short sentences, do not punish.")]
    [Range(0.0, 100.0)]
    public double Margin { get; init; } = 1;

    /// <summary>Words a Chinese character counts as.</summary>
    [Description("Words that one Chinese character counts as in Chinese; a word has 1.56 characters on average.")]
    [Range(0.01, 1.0)]
    public double HanWeight { get; init; } = 1 / 1.56;

    /// <summary>Fewest counted words.</summary>
    [Description("With fewer counted words than this there is nothing to judge: the score is that of empty.")]
    [Range(0.0, 1000.0)]
    public double MinWords { get; init; }

    /// <summary>The score without words.</summary>
    [Description("The score when there are no words to count, or fewer than min_words: null, zero or one.")]
    public EmptyScore Empty { get; init; } = EmptyScore.Null;

    /// <summary>Whether quotations are left out.</summary>
    [Description("Leave out quotations in straight quotes of more than three words.")]
    public bool IgnoreQuotes { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Target is not null && Languages.Primary(Target) is null)
            yield return new($"unknown language; known: {string.Join(", ", Languages.Tags)}.", [nameof(Target)]);
    }
}
