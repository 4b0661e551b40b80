using System.Buffers;

namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>Joins the symbols of one word: always the pair of lowest rank, the leftmost of equals, until no pair is in the table.</summary>
internal static class WordMerger
{
    /// <summary>Up to this many symbols a plain scan for the best pair is faster than a queue.</summary>
    private const int ScanLimit = 64;

    /// <summary>Merges in place.</summary>
    /// <returns>How many symbols remain at the front of <paramref name="symbols"/>.</returns>
    public static int Merge(Span<int> symbols, MergeTable merges) =>
        symbols.Length <= ScanLimit ? MergeByScan(symbols, merges) : MergeByQueue(symbols, merges);

    private static int MergeByScan(Span<int> symbols, MergeTable merges)
    {
        int count = symbols.Length;
        Span<int> ranks = stackalloc int[ScanLimit];
        Span<int> merged = stackalloc int[ScanLimit];
        for (int i = 0; i + 1 < count; i++) ranks[i] = merges.RankOf(symbols[i], symbols[i + 1], out merged[i]);

        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
            {
                if (ranks[i] < ranks[best]) best = i;
            }

            if (ranks[best] == int.MaxValue) break;
            symbols[best] = merged[best];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..count].CopyTo(ranks[best..]);
            merged[(best + 1)..count].CopyTo(merged[best..]);
            if (best + 1 < count) ranks[best] = merges.RankOf(symbols[best], symbols[best + 1], out merged[best]);
            if (best > 0) ranks[best - 1] = merges.RankOf(symbols[best - 1], symbols[best], out merged[best - 1]);
        }

        return count;
    }

    private static int MergeByQueue(Span<int> symbols, MergeTable merges)
    {
        int count = symbols.Length;
        int[] links = ArrayPool<int>.Shared.Rent(count * 3);
        Span<int> next = links.AsSpan(0, count), previous = links.AsSpan(count, count), ranks = links.AsSpan(2 * count, count);
        var queue = new PriorityQueue<int, long>(count);
        for (int i = 0; i < count; i++)
        {
            next[i] = i + 1 < count ? i + 1 : -1;
            previous[i] = i - 1;
            Offer(i, symbols, next, ranks, merges, queue);
        }

        while (queue.TryDequeue(out int at, out long priority))
        {
            if (ranks[at] != (int)(priority >> 32)) continue; // the pair changed since it was queued
            int gone = next[at];
            merges.RankOf(symbols[at], symbols[gone], out symbols[at]);
            ranks[gone] = -1;
            next[at] = next[gone];
            if (next[at] >= 0) previous[next[at]] = at;
            Offer(at, symbols, next, ranks, merges, queue);
            if (previous[at] >= 0) Offer(previous[at], symbols, next, ranks, merges, queue);
        }

        int kept = 0;
        for (int i = 0; i >= 0; i = next[i]) symbols[kept++] = symbols[i];
        ArrayPool<int>.Shared.Return(links);
        return kept;
    }

    private static void Offer(int at, Span<int> symbols, Span<int> next, Span<int> ranks, MergeTable merges, PriorityQueue<int, long> queue)
    {
        int right = next[at];
        ranks[at] = right < 0 ? int.MaxValue : merges.RankOf(symbols[at], symbols[right], out _);
        if (ranks[at] != int.MaxValue) queue.Enqueue(at, ((long)ranks[at] << 32) | (uint)at);
    }
}
