using System.Text;
using Grpo.Engines.Tokenizers.AddedTokens;
using Grpo.Engines.Tokenizers.PreTokenizers;

namespace Grpo.Engines.Tokenizers;

/// <summary>Text to token ids: added tokens of the raw text, normalizer, added tokens of the normalized text, then pre-tokenizers and model.</summary>
/// <param name="added">The added tokens.</param>
/// <param name="normalizer">The normalizer, null for none.</param>
/// <param name="first">The first pre-tokenizer of the chain that ends in the model.</param>
internal sealed class TextEncoder(AddedVocabulary added, Func<string, string>? normalizer, IPieceSink first)
{
    public void Encode(string text, bool parseSpecial, List<int> tokenIds)
    {
        text = WellFormed(text);
        int taken = 0;
        for (int from = 0; added.Raw.Find(text, from, taken, parseSpecial) is { } match; from = match.ContentEnd)
        {
            EncodeRaw(text, taken, match.Start, parseSpecial, tokenIds);
            tokenIds.Add(match.Token.Id);
            taken = match.End;
        }

        EncodeRaw(text, taken, text.Length, parseSpecial, tokenIds);
    }

    private void EncodeRaw(string text, int start, int end, bool parseSpecial, List<int> tokenIds)
    {
        if (start >= end) return;
        ReadOnlySpan<char> piece = normalizer is null ? text.AsSpan(start, end - start) : normalizer(text[start..end]);
        bool startsText = start == 0;
        int taken = 0;
        for (int from = 0; added.Normalized.Find(piece, from, taken, parseSpecial) is { } match; from = match.ContentEnd)
        {
            EncodePlain(piece[taken..match.Start], startsText && taken == 0, tokenIds);
            tokenIds.Add(match.Token.Id);
            taken = match.End;
        }

        EncodePlain(piece[Math.Min(taken, piece.Length)..], startsText && taken == 0, tokenIds);
    }

    private void EncodePlain(ReadOnlySpan<char> piece, bool startsText, List<int> tokenIds)
    {
        if (!piece.IsEmpty) first.Take(piece, startsText, tokenIds);
    }

    /// <summary>Halves of surrogate pairs are no characters: they become U+FFFD, as in UTF-8.</summary>
    private static string WellFormed(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0
        ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
