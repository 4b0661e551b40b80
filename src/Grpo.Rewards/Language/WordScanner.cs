using System.Globalization;
using System.Text;

namespace Grpo.Rewards.Language;

/// <summary>A run of letters of one script.</summary>
/// <param name="Start">Where it starts in the text.</param>
/// <param name="Length">Its characters.</param>
/// <param name="Script">Its script.</param>
/// <param name="Letters">Letters; in scripts without spaces between words their vowel and tone marks count too.</param>
/// <param name="IsNeutral">Whether it says nothing about the language: a symbol, an abbreviation, an identifier.</param>
/// <param name="IsName">Whether it has a capital inside a sentence.</param>
internal readonly record struct Word(int Start, int Length, Script Script, int Letters, bool IsNeutral, bool IsName);

/// <summary>Cuts blanked text into sentences and words.</summary>
internal static class WordScanner
{
    /// <summary>Words of the longest sentence; a longer one goes on as the next.</summary>
    public const int MaxWords = 40;

    private const int AcronymLength = 6;

    private static readonly HashSet<string> Units = ["mm", "cm", "km", "kg", "mg", "ml", "ms", "hz", "db", "mol", "kwh", "mph"];

    /// <summary>Reads the words of the next sentence that has any.</summary>
    /// <remarks>Sentences end at <c>. ? ! … 。 ？ ！ ؟ ।</c> and at line breaks, but not at the point of a decimal, of an initial, or before a small letter.</remarks>
    /// <param name="text">The text.</param>
    /// <param name="at">Where to go on; moved behind the sentence.</param>
    /// <param name="sentence">Cleared, then filled.</param>
    /// <returns>False when the text has no further word.</returns>
    public static bool Next(ReadOnlySpan<char> text, ref int at, List<Word> sentence)
    {
        sentence.Clear();
        while (at < text.Length && sentence.Count < MaxWords)
        {
            if (IsWordPart(text, at))
                at = AddToken(sentence, text, at);
            else if (EndsSentence(text, at++, sentence) && sentence.Count > 0)
                break;
        }
        return sentence.Count > 0;
    }

    private static bool EndsSentence(ReadOnlySpan<char> text, int at, List<Word> sentence) => text[at] switch
    {
        '\n' or '?' or '!' or '…' or '。' or '？' or '！' or '؟' or '।' => true,
        '.' => (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1])) && !IsAbbreviation(text, at, sentence),
        _ => false,
    };

    /// <summary>An initial (<c>A. Smith</c>), or a point that a small letter follows (<c>etc. and</c>).</summary>
    private static bool IsAbbreviation(ReadOnlySpan<char> text, int at, List<Word> sentence)
    {
        var next = at + 1;
        while (next < text.Length && text[next] == ' ')
            next++;
        return next < text.Length && (char.IsLower(text[next]) || (sentence.Count > 0 && sentence[^1] is { Letters: 1 } last && last.Start + last.Length == at && char.IsUpper(text[last.Start])));
    }

    /// <summary>A token: letters, marks, digits and what joins them; its runs of one script are its words.</summary>
    private static int AddToken(List<Word> sentence, ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && (IsWordPart(text, end) || Joins(text, end)))
            end += IsPair(text, end) ? 2 : 1;
        var token = text[start..end];
        var neutral = IsIdentifier(token);
        for (var at = 0; at < token.Length;)
        {
            var (script, letters, length) = Run(token[at..]);
            if (letters > 0)
            {
                var word = token.Slice(at, length);
                var isName = IsCased(script) && sentence.Count > 0 && char.IsUpper(word[0]);
                sentence.Add(new(start + at, length, script, letters, (neutral && IsCased(script)) || IsSymbol(script, letters, word), isName));
            }
            at += length;
        }
        return end;
    }

    private static (Script Script, int Letters, int Length) Run(ReadOnlySpan<char> token)
    {
        var (script, letters, at) = (Script.Unknown, 0, 0);
        while (at < token.Length)
        {
            if (char.IsAsciiLetter(token[at]) && (letters == 0 || script == Script.Latin))
            {
                (script, letters, at) = (Script.Latin, letters + 1, at + 1);
                continue;
            }
            Rune.DecodeFromUtf16(token[at..], out var rune, out var width);
            if (Rune.IsLetter(rune))
            {
                // U+30FC lengthens kana vowels and stands between Han too: it never starts a new run.
                var next = Scripts.Of(rune.Value);
                if (letters > 0 && next != script && rune.Value != 0x30FC)
                    break;
                script = letters == 0 ? next : script;
                letters++;
            }
            else if (letters > 0 && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                letters += IsUnspaced(script) ? 1 : 0;
            }
            else if (letters > 0 && rune.Value is not ('\'' or '’'))
            {
                break;
            }
            at += width;
            if (letters == 0)
                break;
        }
        return (script, letters, at);
    }

    /// <summary>A digit, an underscore, an inner point or @, or a capital inside: <c>x1</c>, <c>snake_case</c>, <c>os.path</c>, <c>camelCase</c>.</summary>
    private static bool IsIdentifier(ReadOnlySpan<char> token)
    {
        var innerCapital = false;
        for (var i = 0; i < token.Length; i++)
        {
            if (char.IsAsciiDigit(token[i]) || token[i] is '_' or '.' or '@')
                return true;
            innerCapital |= i > 0 && char.IsAsciiLetterUpper(token[i]) && char.IsAsciiLetterLower(token[i - 1]);
        }
        return innerCapital;
    }

    private static bool IsSymbol(Script script, int letters, ReadOnlySpan<char> word)
    {
        if (script is Script.Unknown)
            return true;
        if (!IsCased(script))
            return false;
        if (letters == 1)
            return script is not Script.Cyrillic;
        if (letters <= AcronymLength && IsUpper(word))
            return true;
        return letters <= 3 && Units.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
    }

    /// <summary>Scripts with capitals, in which symbols, acronyms and identifiers are written. In others a word may touch a number: <c>2002年</c>.</summary>
    private static bool IsCased(Script script) => script is Script.Latin or Script.Greek or Script.Cyrillic or Script.Armenian;

    /// <summary>Scripts without spaces between words, in which words are estimated from letters.</summary>
    internal static bool IsUnspaced(Script script) => script is Script.Thai or Script.Lao or Script.Khmer or Script.Myanmar;

    private static bool IsUpper(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
        {
            if (char.IsLower(c))
                return false;
        }
        return true;
    }

    private static bool IsWordPart(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        if (char.IsAscii(c))
            return char.IsAsciiLetterOrDigit(c);
        var category = char.IsSurrogate(c) && IsPair(text, at) ? CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(c, text[at + 1])) : char.GetUnicodeCategory(c);
        return category is <= UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;
    }

    private static bool IsPair(ReadOnlySpan<char> text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);

    /// <summary>What joins two letters into one token: an apostrophe, an underscore, an @, or the point of <c>os.path</c>.</summary>
    private static bool Joins(ReadOnlySpan<char> text, int at) =>
        text[at] is '_' or '\'' or '’' or '@' or '.' && at > 0 && at + 1 < text.Length && (text[at] != '.' || char.IsAscii(text[at - 1])) && char.IsLetterOrDigit(text[at - 1]) && char.IsAsciiLetterOrDigit(text[at + 1]);
}
