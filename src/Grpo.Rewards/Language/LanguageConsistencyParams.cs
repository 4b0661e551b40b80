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

/// <summary>Parameters of <see cref="LanguageConsistencyReward"/>.</summary>
public sealed record LanguageConsistencyParams : IValidatableObject
{
    /// <summary>The language wanted.</summary>
    [Description("BCP-47 tag of the language wanted, such as en or zh-Hant; absent: reference.language. Known: am, ar, bg, bn, ca, cs, da, de, el, en, es, et, fa, fi, fr, gu, he, hi, hr, hu, hy, id, it, ja, ka, km, kn, ko, lo, lt, lv, ml, mr, ms, my, nl, no, pa, pl, pt, ro, ru, sk, sl, sr, sv, sw, ta, te, th, tl, tr, uk, ur, vi, zh.")]
    public string? Target { get; init; }

    /// <summary>The part judged.</summary>
    [Description("The part judged: cot (the text up to the last </think>), answer (the text after it), or all.")]
    public LanguageScope Scope { get; init; } = LanguageScope.Cot;

    /// <summary>Words a Chinese character counts as.</summary>
    [Description("Words that one Chinese character counts as in Chinese; a word has 1.56 characters on average.")]
    [Range(0.01, 1.0)]
    public double HanWeight { get; init; } = 1 / 1.56;

    /// <summary>Fewest counted words.</summary>
    [Description("With fewer counted words than this the score is null.")]
    [Range(0.0, 1000.0)]
    public double MinWords { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Target is not null && Languages.Primary(Target) is null)
            yield return new($"unknown language; known: {string.Join(", ", Languages.Tags)}.", [nameof(Target)]);
    }
}
