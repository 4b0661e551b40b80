using System.Buffers;
using System.Text;
using Grpo.Engines.Tokenizers.Patterns;

namespace Grpo.Engines.Tokenizers.AddedTokens;

/// <summary>Finds added tokens in a text: the leftmost, of those the longest (tokenizers/src/tokenizer/added_vocabulary.rs, find_matches).</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _tokens;
    private readonly Dictionary<char, int[]> _lengths;
    private readonly SearchValues<char> _firstChars;

    /// <summary>A matcher of these tokens.</summary>
    /// <param name="tokens">What to look for, by the text as it is written in the pieces.</param>
    public AddedTokenMatcher(IEnumerable<KeyValuePair<string, AddedToken>> tokens)
    {
        var byContent = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach ((string content, AddedToken token) in tokens)
        {
            if (content.Length > 0) byContent[content] = token;
        }

        _tokens = byContent.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = byContent.Keys.GroupBy(content => content[0]).ToDictionary(
            group => group.Key,
            group => group.Select(content => content.Length).Distinct().OrderDescending().ToArray());
        _firstChars = SearchValues.Create(_lengths.Keys.ToArray());
    }

    /// <summary>The first token at or after a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to start looking.</param>
    /// <param name="taken">Where the white space that a token may take begins at the earliest: the end of the token before.</param>
    /// <param name="parseSpecial">Whether special tokens are looked for too.</param>
    public AddedTokenMatch? Find(ReadOnlySpan<char> text, int from, int taken, bool parseSpecial)
    {
        while (Next(text, from, out int start) is { } token)
        {
            int end = from = start + token.Length;
            if (token.Token.Special && !parseSpecial) continue;
            if (token.Token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..]))) continue;
            if (token.Token.TakesLeft)
            {
                while (start > taken && UnicodeProperties.Space.Contains(text[start - 1])) start--;
            }

            if (token.Token.TakesRight)
            {
                while (end < text.Length && UnicodeProperties.Space.Contains(text[end])) end++;
            }

            return new AddedTokenMatch(token.Token, Math.Max(start, taken), end, from);
        }

        return null;
    }

    private (AddedToken Token, int Length)? Next(ReadOnlySpan<char> text, int from, out int start)
    {
        for (start = from; start < text.Length; start++)
        {
            int skipped = text[start..].IndexOfAny(_firstChars);
            if (skipped < 0) break;
            start += skipped;
            foreach (int length in _lengths[text[start]])
            {
                if (start + length <= text.Length && _tokens.TryGetValue(text.Slice(start, length), out AddedToken? token)) return (token, length);
            }
        }

        return null;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out Rune last, out _) == OperationStatus.Done && UnicodeProperties.Word.Contains(last.Value);

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out Rune first, out _) == OperationStatus.Done && UnicodeProperties.Word.Contains(first.Value);
}

/// <summary>An added token in a text.</summary>
/// <param name="Token">The token.</param>
/// <param name="Start">Where it begins, with the white space it takes.</param>
/// <param name="End">Where it ends, with the white space it takes.</param>
/// <param name="ContentEnd">Where its own characters end, and the search goes on.</param>
internal readonly record struct AddedTokenMatch(AddedToken Token, int Start, int End, int ContentEnd);
