namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>Pairs of neighbouring tokens that may be joined: the order in which (rank, lowest first) and the token they become.</summary>
internal sealed class MergeTable
{
    private Entry[] _entries = new Entry[1 << 10];
    private int _count;

    /// <summary>Adds a merge; a pair given twice keeps its later rank.</summary>
    public void Add(int left, int right, int rank, int mergedId)
    {
        if ((_count + 1) * 2 > _entries.Length) Grow();
        ref Entry entry = ref Find(_entries, Key(left, right));
        if (entry.IsEmpty) _count++;
        entry = new Entry(Key(left, right), rank, mergedId + 1);
    }

    /// <summary>Rank of the pair, or <see cref="int.MaxValue"/> when it is never joined.</summary>
    public int RankOf(int left, int right, out int mergedId)
    {
        ref Entry entry = ref Find(_entries, Key(left, right));
        mergedId = entry.MergedIdPlusOne - 1;
        return entry.IsEmpty ? int.MaxValue : entry.Rank;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private static ref Entry Find(Entry[] entries, ulong key)
    {
        int mask = entries.Length - 1;
        ulong hash = key * 0x9E3779B97F4A7C15;
        for (int slot = (int)(hash >> 36) & mask; ; slot = (slot + 1) & mask)
        {
            ref Entry entry = ref entries[slot];
            if (entry.IsEmpty || entry.Key == key) return ref entry;
        }
    }

    private void Grow()
    {
        var larger = new Entry[_entries.Length * 2];
        foreach (Entry entry in _entries)
        {
            if (!entry.IsEmpty) Find(larger, entry.Key) = entry;
        }

        _entries = larger;
    }

    private readonly record struct Entry(ulong Key, int Rank, int MergedIdPlusOne)
    {
        public bool IsEmpty => MergedIdPlusOne == 0;
    }
}
