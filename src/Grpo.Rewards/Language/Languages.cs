using System.Collections.Frozen;

namespace Grpo.Rewards.Language;

/// <summary>The languages a target may name, and the scripts each is written in.</summary>
public static class Languages
{
    private static readonly (Script[] Scripts, string Tags)[] Table =
    [
        ([Script.Latin], "ca cs da de en es et fi fr hr hu id it lt lv ms nl no pl pt ro sk sl sv sw tl tr vi"),
        ([Script.Cyrillic], "bg ru uk"), ([Script.Cyrillic, Script.Latin], "sr"), ([Script.Greek], "el"), ([Script.Armenian], "hy"), ([Script.Georgian], "ka"),
        ([Script.Arabic], "ar fa ur"), ([Script.Hebrew], "he"), ([Script.Ethiopic], "am"), ([Script.Devanagari], "hi mr ne"), ([Script.Bengali], "bn"),
        ([Script.Gurmukhi], "pa"), ([Script.Gujarati], "gu"), ([Script.Tamil], "ta"), ([Script.Telugu], "te"), ([Script.Kannada], "kn"), ([Script.Malayalam], "ml"),
        ([Script.Thai], "th"), ([Script.Lao], "lo"), ([Script.Khmer], "km"), ([Script.Myanmar], "my"), ([Script.Hangul], "ko"), ([Script.Han], "zh"), ([Script.Kana, Script.Han], "ja"),
    ];

    private static readonly FrozenDictionary<string, Script[]> ByTag =
        Table.SelectMany(row => row.Tags.Split(' '), (row, tag) => (tag, row.Scripts)).ToFrozenDictionary(pair => pair.tag, pair => pair.Scripts);

    // Other tags for a language of the table: its written standard, its older code, a member of its macrolanguage.
    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>
    {
        ["nb"] = "no",
        ["nn"] = "no",
        ["fil"] = "tl",
        ["iw"] = "he",
        ["in"] = "id",
        ["zsm"] = "ms",
        ["cmn"] = "zh",
        ["yue"] = "zh",
        ["arb"] = "ar",
        ["pes"] = "fa",
        ["swh"] = "sw",
    }.ToFrozenDictionary();

    /// <summary>All language tags, sorted.</summary>
    public static IReadOnlyList<string> Tags { get; } = [.. ByTag.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The primary language of a BCP-47 tag (<c>zh-Hant-TW</c> is <c>zh</c>, <c>nb</c> is <c>no</c>) when it is in the table, else null.</summary>
    public static string? Primary(string tag)
    {
        var primary = tag.AsSpan().Trim();
        if (primary.IndexOfAny('-', '_') is >= 0 and var end)
            primary = primary[..end];
        var language = primary.ToString().ToLowerInvariant();
        language = Aliases.GetValueOrDefault(language, language);
        return ByTag.ContainsKey(language) ? language : null;
    }

    /// <summary>The scripts of a language of the table.</summary>
    public static IReadOnlyList<Script> ScriptsOf(string language) => ByTag[language];

    /// <summary>The language whose model in that script is a language's own: Serbian in Latin letters is told as Croatian, from which letters do not tell it.</summary>
    internal static string ModelOf(string language, Script script) => language == "sr" && script == Script.Latin ? "hr" : language;

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
