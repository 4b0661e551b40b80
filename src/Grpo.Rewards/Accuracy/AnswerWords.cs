using System.Text.RegularExpressions;

namespace Grpo.Rewards.Accuracy;

/// <summary>How two texts are made comparable.</summary>
public enum TextNormalizer
{
    /// <summary>Only white space at the ends is removed.</summary>
    None,

    /// <summary>The normalisation of SQuAD: lower case, without ASCII punctuation, without the articles a, an, the, single spaces.</summary>
    Squad,

    /// <summary>The compatibility forms that texts really hold (full-width characters, ligatures, raised and lowered digits) as their plain ones, lower case, single spaces.</summary>
    Nfkc,
}

/// <summary>Answers that are words.</summary>
internal static class AnswerWords
{
    private static readonly string[] Ligatures = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

    // SQuAD's own expression: an article also ends where a quotation mark begins.
    private static readonly Regex Article = new(@"\b(a|an|the)\b", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>The comparable form of a text.</summary>
    public static string Normalize(string text, TextNormalizer normalizer) => normalizer switch
    {
        TextNormalizer.Squad => string.Join(' ', Words(Article.Replace(new string([.. text.ToLowerInvariant().Where(c => !(char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c))))]), " "))),
        TextNormalizer.Nfkc => string.Join(' ', Words(Compatible(text).ToLowerInvariant())),
        _ => text.Trim(),
    };

    /// <summary>What is between white space.</summary>
    public static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The mappings of Unicode's NFKC for these forms; the process runs without the tables for all of them.</summary>
    private static string Compatible(string text) => string.Concat(text.Select(c => c switch
    {
        >= '\uff01' and <= '\uff5e' => ((char)(c - '\uff01' + '!')).ToString(),
        >= '\ufb00' and <= '\ufb06' => Ligatures[c - '\ufb00'],
        >= '₀' and <= '₉' => ((char)(c - '₀' + '0')).ToString(),
        >= '⁴' and <= '⁹' => ((char)(c - '⁰' + '0')).ToString(),
        '⁰' => "0",
        '¹' => "1",
        '²' => "2",
        '³' => "3",
        '…' => "...",
        _ => c.ToString(),
    }));
}
