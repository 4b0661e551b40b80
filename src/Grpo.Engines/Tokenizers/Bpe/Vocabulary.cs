using System.Runtime.InteropServices;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>Token text to id and back. All texts lie in one buffer, so a large vocabulary loads without one object per token.</summary>
internal sealed class Vocabulary
{
    /// <summary>Ids above this are taken for a damaged file rather than allocated for.</summary>
    private const int MaxTokenId = 16_000_000;

    private char[] _text = new char[1 << 16];
    private int _textLength;
    private int[] _starts = new int[1 << 12];
    private int[] _lengths = new int[1 << 12];
    private int[] _slots = new int[1 << 13];

    /// <summary>Number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The highest id, plus one.</summary>
    public int IdLimit { get; private set; }

    public void Add(ReadOnlySpan<char> token, int id)
    {
        if (id is < 0 or > MaxTokenId) throw new ModelLoadException($"tokenizer.json: token '{token}' has the id {id}, outside 0 to {MaxTokenId}.");
        if ((Count + 1) * 2 > _slots.Length) Rehash(_slots.Length * 2);
        int slot = FindSlot(token);
        if (_slots[slot] == 0) Count++;
        Store(token, id);
        _slots[slot] = id + 1;
    }

    /// <summary>The id of a token, -1 if there is none.</summary>
    public int IdOf(ReadOnlySpan<char> token) => _slots[FindSlot(token)] - 1;

    /// <summary>The text of a token; empty for an id without one.</summary>
    public ReadOnlySpan<char> TextOf(int id) =>
        Contains(id) ? _text.AsSpan(_starts[id], _lengths[id] - 1) : default;

    public bool Contains(int id) => (uint)id < (uint)IdLimit && _lengths[id] != 0;

    private void Store(ReadOnlySpan<char> token, int id)
    {
        if (id >= _starts.Length)
        {
            int size = Math.Max(id + 1, _starts.Length * 2);
            Array.Resize(ref _starts, size);
            Array.Resize(ref _lengths, size);
        }

        while (_textLength + token.Length > _text.Length) Array.Resize(ref _text, _text.Length * 2);
        token.CopyTo(_text.AsSpan(_textLength));
        _starts[id] = _textLength;
        _lengths[id] = token.Length + 1; // 0 is kept for ids without a token
        _textLength += token.Length;
        IdLimit = Math.Max(IdLimit, id + 1);
    }

    private int FindSlot(ReadOnlySpan<char> token)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)TextHash.Of(token) & mask; ; slot = (slot + 1) & mask)
        {
            int id = _slots[slot] - 1;
            if (id < 0 || token.SequenceEqual(_text.AsSpan(_starts[id], _lengths[id] - 1))) return slot;
        }
    }

    private void Rehash(int size)
    {
        int[] old = _slots;
        _slots = new int[size];
        foreach (int stored in old)
        {
            if (stored != 0) _slots[FindSlot(TextOf(stored - 1))] = stored;
        }
    }
}

/// <summary>A fast hash of short texts. Not for hostile keys: its tables hold a model's own vocabulary or are overwritten on collision.</summary>
internal static class TextHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    public static uint Of(ReadOnlySpan<char> text)
    {
        ulong hash = (ulong)text.Length * Multiplier;
        ReadOnlySpan<ulong> blocks = MemoryMarshal.Cast<char, ulong>(text);
        foreach (ulong block in blocks) hash = (ulong.RotateLeft(hash, 23) ^ block) * Multiplier;
        foreach (char c in text[(blocks.Length * 4)..]) hash = (ulong.RotateLeft(hash, 23) ^ c) * Multiplier;
        return (uint)((hash ^ (hash >> 29)) >> 8);
    }
}
