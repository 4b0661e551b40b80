using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Requests;
using Grpo.Rewards;
using Grpo.Rewards.Language;

namespace Grpo.Jobs.Curations;

/// <summary>The filters of DeepSeek-R1's rejection sampling (arXiv:2501.12948 section 2.3.3), which names them but gives no measures; ours are stated here.</summary>
internal static class CompletionFilters
{
    // Below this share of words a second language is a quotation.
    private const double MixedShare = 0.1;
    private const int Gram = 5;

    private static readonly LanguageConsistencyReward Words = new(new LanguageConsistencyParams { Scope = LanguageScope.All });

    /// <summary>Whether more than a tenth of the words are of another language than the most frequent one, as <c>language_consistency</c> tells them.</summary>
    /// <param name="completion">The text.</param>
    /// <param name="language">The language expected, a tag; null: English.</param>
    public static bool IsMixed(string completion, string? language)
    {
        var expected = JsonSerializer.SerializeToElement(new JsonObject { ["language"] = (language is null ? null : Languages.Primary(language)) ?? "en" });
        var score = Words.Score(new RewardSample { Completion = completion, Reference = expected });
        List<double> counts = [.. score.Details["words"] is JsonObject words ? words.Select(word => (double)word.Value!) : []];
        return counts.Count > 1 && counts.Max() < (1 - MixedShare) * counts.Sum();
    }

    /// <summary>Whether a paragraph, text without an empty line, is longer than that.</summary>
    public static bool HasLongParagraph(string completion, int maxCharacters)
    {
        var length = 0;
        foreach (var line in completion.AsSpan().EnumerateLines())
        {
            length = line.IsWhiteSpace() ? 0 : length + line.Length + (length > 0 ? 1 : 0);
            if (length > maxCharacters) return true;
        }

        return false;
    }

    /// <summary>Whether there is a fenced code block.</summary>
    public static bool HasCodeBlock(string completion)
    {
        foreach (var line in completion.AsSpan().EnumerateLines())
        {
            var start = line.TrimStart();
            if (start.StartsWith("```") || start.StartsWith("~~~")) return true;
        }

        return false;
    }

    /// <summary>Letters and digits in lower case, everything else one space: what is the same text but for case, punctuation and white space.</summary>
    public static string Normalise(string text)
    {
        var normal = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                normal.Append(Rune.ToLowerInvariant(rune));
            }
            else if (normal.Length > 0 && normal[^1] != ' ')
            {
                normal.Append(' ');
            }
        }

        return normal.ToString().TrimEnd();
    }

    /// <summary>The 5-grams of the words of a normalised text; the whole text when it is shorter.</summary>
    public static IReadOnlySet<string> Grams(string normalised)
    {
        var words = normalised.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length < Gram ? new HashSet<string> { normalised } : Enumerable.Range(0, words.Length - Gram + 1).Select(start => string.Join(' ', words, start, Gram)).ToHashSet();
    }

    /// <summary>The share of the 5-grams of one that the other has too, in [0, 1].</summary>
    public static double Overlap(IReadOnlySet<string> one, IReadOnlySet<string> other) => (double)one.Count(other.Contains) / one.Count;

    /// <summary>The first filter that the completion does not pass, duplicates aside; null when it passes all.</summary>
    public static string? Reject(KeepRules keep, string completion, string finishReason, string? language)
    {
        foreach (var filter in keep.Filters)
        {
            var (rejected, name) = filter switch
            {
                CurationFilter.Truncated => (finishReason != "stop", "truncated"),
                CurationFilter.MixedLanguage => (IsMixed(completion, language), "mixed_language"),
                CurationFilter.LongParagraphs => (HasLongParagraph(completion, keep.MaxParagraphCharacters), "long_paragraphs"),
                CurationFilter.CodeBlocks => (HasCodeBlock(completion), "code_blocks"),
                _ => (false, ""),
            };
            if (rejected) return name;
        }

        return null;
    }
}
