namespace Grpo.Rewards.Accuracy;

/// <summary>Finds the letter of a chosen option.</summary>
internal static class ChoiceLetter
{
    /// <summary>The letter that a short answer names: <c>C</c>, <c>(c)</c>, <c>\text{C}</c>, <c>C. Paris</c>, <c>D, it cannot be A</c>; null when it names none, or several as equals.</summary>
    /// <param name="answer">What stands in a tag or a box, or was announced.</param>
    /// <param name="options">How many options there are.</param>
    public static char? Named(ReadOnlySpan<char> answer, int options)
    {
        for (var i = 0; i < answer.Length; i++)
        {
            if (At(answer, i, options) is not { } letter || IsArticle(answer, i))
                continue;
            return OffersAnother(answer[(i + 1)..], letter, options) ? null : letter;
        }
        var bare = answer.Trim(" ()[]{}.*$\n");
        return bare.Length == 1 && char.IsAsciiLetterLower(bare[0]) && Upper(bare[0], options) is { } lower ? lower : null;
    }

    /// <summary>The last letter that stands alone in a text, articles and the pronoun I aside.</summary>
    public static char? Last(ReadOnlySpan<char> text, int options)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (At(text, i, options) is { } letter && letter != 'I' && !IsArticle(text, i))
                return letter;
        }
        return null;
    }

    /// <summary>The capital option letter at a place, when it is no part of a word.</summary>
    private static char? At(ReadOnlySpan<char> text, int i, int options) =>
        text[i] is >= 'A' and <= 'Z' or >= 'Ａ' and <= 'Ｚ' && (i == 0 || !IsLatin(text[i - 1])) && (i + 1 == text.Length || !IsLatin(text[i + 1])) ? Upper(text[i], options) : null;

    private static bool IsLatin(char c) => char.IsAsciiLetterOrDigit(c) || c is '\'' or '’' or '_' or '\\' || (char.IsLetter(c) && c < '\u0250');

    private static char? Upper(char c, int options)
    {
        var letter = char.ToUpperInvariant(c is >= 'Ａ' and <= 'Ｚ' ? (char)(c - 'Ａ' + 'A') : c);
        return letter - 'A' < options ? letter : null;
    }

    /// <summary>"A" before a word in lower case is an article: "A bird".</summary>
    private static bool IsArticle(ReadOnlySpan<char> text, int i) =>
        text[i] == 'A' && i + 2 < text.Length && text[i + 1] == ' ' && char.IsAsciiLetterLower(text[i + 2]) && !Connective(text[(i + 2)..]);

    private static bool Connective(ReadOnlySpan<char> text) => StartsWithWord(text, "or") || StartsWithWord(text, "and") || StartsWithWord(text, "is") || StartsWithWord(text, "because");

    private static bool StartsWithWord(ReadOnlySpan<char> text, string word) => text.StartsWith(word) && (text.Length == word.Length || !char.IsAsciiLetter(text[word.Length]));

    /// <summary>Whether another letter follows as an equal: "A or B", "A, B", "A/B".</summary>
    private static bool OffersAnother(ReadOnlySpan<char> after, char letter, int options)
    {
        var rest = after.TrimStart(" )]}.*");
        foreach (var link in (ReadOnlySpan<string>)[", or ", ", and ", "or ", "and ", ",", "/", "&", ";"])
        {
            if (rest.StartsWith(link))
            {
                rest = rest[link.Length..].TrimStart(" ([{*");
                return !rest.IsEmpty && At(rest, 0, options) is { } other && other != letter && !IsArticle(rest, 0);
            }
        }
        return false;
    }
}
