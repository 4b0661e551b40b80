using Grpo.Engines.Onnx.Decoding;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>
/// Prompts that have been read, so that equal prompts are read once: those in use, and the most recently used ones up to a budget.
/// Used by the scheduler's thread alone. Valid for one version of the weights.
/// </summary>
internal sealed class PrefixCache(IDecoder decoder, long tokenBudget) : IDisposable
{
    private readonly Dictionary<int[], Entry> _entries = new(new TokensComparer());
    private readonly Dictionary<Prefix, Entry> _byPrefix = [];
    private readonly LinkedList<Entry> _unused = [];
    private long _unusedTokens;

    /// <summary>The prefix of a prompt, read now if need be. Give it back with <see cref="Release"/>.</summary>
    /// <param name="prompt">The prompt, shape (T).</param>
    /// <param name="isReused">Whether it had been read before.</param>
    public Prefix Get(int[] prompt, out bool isReused)
    {
        isReused = _entries.TryGetValue(prompt, out var entry);
        if (entry is null)
        {
            entry = new Entry(prompt, decoder.Prefill(prompt));
            _entries.Add(prompt, entry);
            _byPrefix.Add(entry.Prefix, entry);
        }
        else if (entry.Users == 0)
        {
            _unused.Remove(entry);
            _unusedTokens -= prompt.Length;
        }

        entry.Users++;
        return entry.Prefix;
    }

    /// <summary>Ends one use of a prefix.</summary>
    public void Release(Prefix prefix)
    {
        var entry = _byPrefix[prefix];
        if (--entry.Users > 0)
        {
            return;
        }

        _unused.AddLast(entry);
        _unusedTokens += entry.Prompt.Length;
        while (_unusedTokens > tokenBudget)
        {
            Drop(_unused.First!.Value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var prefix in _byPrefix.Keys)
        {
            prefix.Dispose();
        }

        _entries.Clear();
        _byPrefix.Clear();
    }

    private void Drop(Entry entry)
    {
        _unused.Remove(entry);
        _unusedTokens -= entry.Prompt.Length;
        _entries.Remove(entry.Prompt);
        _byPrefix.Remove(entry.Prefix);
        entry.Prefix.Dispose();
    }

    private sealed class Entry(int[] prompt, Prefix prefix)
    {
        public int[] Prompt { get; } = prompt;

        public Prefix Prefix { get; } = prefix;

        public int Users { get; set; }
    }

    private sealed class TokensComparer : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] tokens)
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(tokens.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
