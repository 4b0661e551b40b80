using System.Buffers;
using System.Text;
using Grpo.Engines.Tokenizers.PreTokenizers;

namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>Byte pair encoding of one pre-token, as Hugging Face tokenizers' models/bpe does it.</summary>
internal sealed class BpeModel : IPieceSink
{
    private readonly WordCache _cache = new();
    private readonly int[] _latinIds = new int[0x200];

    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        Vocabulary = vocabulary;
        Merges = merges;
        Options = options;
        for (int c = 0; c < _latinIds.Length; c++) _latinIds[c] = vocabulary.IdOf([(char)c]);
    }

    public Vocabulary Vocabulary { get; }

    private MergeTable Merges { get; }

    private BpeOptions Options { get; }

    /// <summary>Appends the token ids of a pre-token.</summary>
    public void Take(ReadOnlySpan<char> text, bool startsText, List<int> tokenIds)
    {
        if (!Options.WordsEndBeforeMark)
        {
            EncodeWord(text, tokenIds);
            return;
        }

        // No merge crosses from another character to a mark, so the words between are independent: short and cached instead of one long word.
        while (!text.IsEmpty)
        {
            int marks = text.IndexOfAnyExcept(BpeOptions.Mark);
            int end = marks < 0 ? -1 : text[marks..].IndexOf(BpeOptions.Mark);
            int length = end < 0 ? text.Length : marks + end;
            EncodeWord(text[..length], tokenIds);
            text = text[length..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, List<int> tokenIds)
    {
        if (word.IsEmpty) return;
        if (!WordCache.Accepts(word))
        {
            Merge(word, tokenIds, remember: false, 0);
            return;
        }

        if (_cache.Find(word, out uint hash) is { } known) tokenIds.AddRange(known.AsSpan());
        else Merge(word, tokenIds, remember: true, hash);
    }

    private void Merge(ReadOnlySpan<char> word, List<int> tokenIds, bool remember, uint hash)
    {
        if (Options.IgnoreMerges && Vocabulary.IdOf(word) is >= 0 and var whole)
        {
            tokenIds.Add(whole);
            if (remember) _cache.Store(word, hash, [whole]);
            return;
        }

        int capacity = word.Length * 3; // a UTF-16 unit is at most three bytes
        int[] symbols = ArrayPool<int>.Shared.Rent(capacity);
        int count = Symbols(word, symbols);
        count = WordMerger.Merge(symbols.AsSpan(0, count), Merges);
        ReadOnlySpan<int> ids = symbols.AsSpan(0, count);
        tokenIds.AddRange(ids);
        if (remember) _cache.Store(word, hash, ids.ToArray());
        ArrayPool<int>.Shared.Return(symbols);
    }

    /// <summary>One symbol per character; characters outside the vocabulary become their bytes, or the unknown token.</summary>
    private int Symbols(ReadOnlySpan<char> word, Span<int> symbols)
    {
        int count = 0;
        int pendingUnknown = -1;
        for (int at = 0, length; at < word.Length; at += length)
        {
            length = char.IsHighSurrogate(word[at]) && at + 1 < word.Length && char.IsLowSurrogate(word[at + 1]) ? 2 : 1;
            ReadOnlySpan<char> character = word.Slice(at, length);
            int id = character[0] < _latinIds.Length ? _latinIds[character[0]] : Vocabulary.IdOf(character);
            if (id >= 0)
            {
                if (pendingUnknown >= 0) symbols[count++] = pendingUnknown;
                pendingUnknown = -1;
                symbols[count++] = id;
            }
            else if (!AppendBytes(character, symbols, ref count) && Options.UnknownId >= 0)
            {
                // The pending unknown token is written only before the next known character: the order of the reference implementation.
                if (pendingUnknown >= 0 && !Options.FuseUnknown) symbols[count++] = pendingUnknown;
                pendingUnknown = Options.UnknownId;
            }
        }

        if (pendingUnknown >= 0) symbols[count++] = pendingUnknown;
        return count;
    }

    private bool AppendBytes(ReadOnlySpan<char> character, Span<int> symbols, ref int count)
    {
        if (Options.ByteFallbackIds is not { } byteIds) return false;
        Span<byte> utf8 = stackalloc byte[4];
        int length = Encoding.UTF8.GetBytes(character, utf8);
        foreach (byte value in utf8[..length])
        {
            if (byteIds[value] < 0) return false;
        }

        foreach (byte value in utf8[..length]) symbols[count++] = byteIds[value];
        return true;
    }
}

/// <summary>How a <see cref="BpeModel"/> treats what is not in its vocabulary.</summary>
internal sealed record BpeOptions
{
    /// <summary>The mark that sentencepiece writes for a space, U+2581.</summary>
    public const char Mark = '\u2581';

    /// <summary>The unknown token, -1 for none: then unknown characters vanish.</summary>
    public int UnknownId { get; init; } = -1;

    /// <summary>Whether neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Ids of the tokens &lt;0x00&gt; to &lt;0xFF&gt; (-1 where missing), null without byte fallback.</summary>
    public int[]? ByteFallbackIds { get; init; }

    /// <summary>Whether a pre-token that is itself in the vocabulary is taken whole.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Whether no merge joins another character with a mark after it, so that a text may be cut before marks.</summary>
    public bool WordsEndBeforeMark { get; init; }
}
