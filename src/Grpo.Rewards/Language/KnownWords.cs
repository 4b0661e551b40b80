using System.Runtime.InteropServices;

namespace Grpo.Rewards.Language;

/// <summary>What the words met last say against each language, of one thread. A word has one place, which a later word may take.</summary>
/// <remarks>Looking up n-grams misses the processor's caches at every letter; a few thousand words, which cover most of a text, fit into them.</remarks>
internal sealed class KnownWords
{
    private const int PlaceBits = 12;
    private const int LongestWord = 15;

    [ThreadStatic]
    private static KnownWords? _ofThread;

    private readonly UInt128[] _keys = new UInt128[1 << PlaceBits];
    private readonly ushort[] _steps = new ushort[ScriptModel.MaxLanguages << PlaceBits];

    /// <summary>Those of the calling thread.</summary>
    public static KnownWords OfThread => _ofThread ??= new();

    /// <summary>Script and letters as one number, which no other word has; null where there are too many letters.</summary>
    public static UInt128? KeyOf(Script script, ReadOnlySpan<byte> letters)
    {
        if (letters.Length > LongestWord)
            return null;
        Span<byte> padded = stackalloc byte[LongestWord + 1];
        padded.Clear();
        padded[LongestWord] = (byte)script;
        letters.CopyTo(padded);
        return MemoryMarshal.Read<UInt128>(padded);
    }

    /// <summary>The place of a word, shape (32).</summary>
    /// <param name="key">The word.</param>
    /// <param name="isNew">Whether another word was there: then the caller writes what this one says.</param>
    public Span<ushort> Find(UInt128 key, out bool isNew)
    {
        var mixed = ((ulong)key ^ ((ulong)(key >> 64) * 0xC2B2_AE3D_27D4_EB4F)) * 0x9E37_79B9_7F4A_7C15;
        var place = (int)(mixed >> (64 - PlaceBits));
        isNew = _keys[place] != key;
        _keys[place] = key;
        return _steps.AsSpan(place * ScriptModel.MaxLanguages, ScriptModel.MaxLanguages);
    }
}
