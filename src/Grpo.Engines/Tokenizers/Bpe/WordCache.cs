namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>Recent words and their token ids. Bounded: a word overwrites the one in its slot. Safe for many threads, as entries never change.</summary>
internal sealed class WordCache
{
    private const int Slots = 1 << 15;

    /// <summary>Longer words are rare and would make the bound on memory loose.</summary>
    private const int MaxWordLength = 48;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public static bool Accepts(ReadOnlySpan<char> word) => word.Length <= MaxWordLength;

    public int[]? Find(ReadOnlySpan<char> word, out uint hash)
    {
        hash = TextHash.Of(word);
        Entry? entry = Volatile.Read(ref _entries[hash & (Slots - 1)]);
        return entry is not null && word.SequenceEqual(entry.Word) ? entry.TokenIds : null;
    }

    public void Store(ReadOnlySpan<char> word, uint hash, int[] tokenIds) =>
        Volatile.Write(ref _entries[hash & (Slots - 1)], new Entry(word.ToString(), tokenIds));

    private sealed record Entry(string Word, int[] TokenIds);
}
