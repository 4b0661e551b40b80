using System.Collections.Frozen;

namespace Grpo.Rewards.Language;

/// <summary>The languages a target may name, and the scripts each is written in.</summary>
public static class Languages
{
    private static readonly FrozenDictionary<string, Script[]> ByTag = new Dictionary<string, Script[]>
    {
        ["ar"] = [Script.Arabic], ["bg"] = [Script.Cyrillic], ["bn"] = [Script.Bengali], ["ca"] = [Script.Latin], ["cs"] = [Script.Latin], ["da"] = [Script.Latin],
        ["de"] = [Script.Latin], ["el"] = [Script.Greek], ["en"] = [Script.Latin], ["es"] = [Script.Latin], ["et"] = [Script.Latin], ["fa"] = [Script.Arabic],
        ["fi"] = [Script.Latin], ["fr"] = [Script.Latin], ["gu"] = [Script.Gujarati], ["he"] = [Script.Hebrew], ["hi"] = [Script.Devanagari], ["hr"] = [Script.Latin],
        ["hu"] = [Script.Latin], ["hy"] = [Script.Armenian], ["id"] = [Script.Latin], ["it"] = [Script.Latin], ["ja"] = [Script.Kana, Script.Han], ["ka"] = [Script.Georgian],
        ["km"] = [Script.Khmer], ["kn"] = [Script.Kannada], ["ko"] = [Script.Hangul], ["lo"] = [Script.Lao], ["lt"] = [Script.Latin], ["lv"] = [Script.Latin],
        ["ml"] = [Script.Malayalam], ["mr"] = [Script.Devanagari], ["ms"] = [Script.Latin], ["my"] = [Script.Myanmar], ["nl"] = [Script.Latin], ["no"] = [Script.Latin],
        ["pa"] = [Script.Gurmukhi], ["pl"] = [Script.Latin], ["pt"] = [Script.Latin], ["ro"] = [Script.Latin], ["ru"] = [Script.Cyrillic], ["sk"] = [Script.Latin],
        ["sl"] = [Script.Latin], ["sr"] = [Script.Cyrillic, Script.Latin], ["sv"] = [Script.Latin], ["sw"] = [Script.Latin], ["ta"] = [Script.Tamil], ["te"] = [Script.Telugu],
        ["th"] = [Script.Thai], ["tl"] = [Script.Latin], ["tr"] = [Script.Latin], ["uk"] = [Script.Cyrillic], ["ur"] = [Script.Arabic], ["vi"] = [Script.Latin],
        ["zh"] = [Script.Han], ["am"] = [Script.Ethiopic],
    }.ToFrozenDictionary();

    /// <summary>All language tags, sorted.</summary>
    public static IReadOnlyList<string> Tags { get; } = [.. ByTag.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The primary language of a BCP-47 tag (<c>zh-Hant-TW</c> is <c>zh</c>) when it is in the table, else null.</summary>
    public static string? Primary(string tag)
    {
        var primary = tag.AsSpan().Trim();
        if (primary.IndexOfAny('-', '_') is >= 0 and var end)
            primary = primary[..end];
        var language = primary.ToString().ToLowerInvariant();
        return ByTag.ContainsKey(language) ? language : null;
    }

    /// <summary>The scripts of a language of the table.</summary>
    public static IReadOnlyList<Script> ScriptsOf(string language) => ByTag[language];

    /// <summary>What to call words of a script that the target does not use: its only common language, or the script's own name.</summary>
    public static string LabelOf(Script script) => script switch
    {
        Script.Greek => "el",
        Script.Hebrew => "he",
        Script.Bengali => "bn",
        Script.Thai => "th",
        Script.Hangul => "ko",
        Script.Kana => "ja",
        Script.Han => "zh",
        _ => script.ToString().ToLowerInvariant(),
    };
}
