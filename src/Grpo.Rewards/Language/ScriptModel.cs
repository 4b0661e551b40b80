using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grpo.Rewards.Language;

/// <summary>Letter n-grams of the languages of one script: how far a word speaks against each of them.</summary>
/// <remarks>
/// A word is its letters between two boundaries. For each letter the longest n-gram known that ends there says how much less likely the letter is in each
/// language than in the one where it is likeliest; the sum over the letters, in steps of 1/16 nat, is what the word says. Nothing is allocated per word. The words of a
/// text repeat, so each thread keeps what the last of them said.
/// </remarks>
internal sealed class ScriptModel
{
    /// <summary>Steps per nat.</summary>
    public const double Unit = 16;

    /// <summary>Most languages of a script.</summary>
    public const int MaxLanguages = 32;

    /// <summary>Letters of a word that are looked at; a longer run is no word. 64 letters of at most 255 steps also stay within 16 bits.</summary>
    public const int WordLength = 64;

    private const int Boundary = 1;
    private const int OtherLetter = 2;
    private const int FirstLetter = 3;
    private const int MaxOrder = 6;

    private readonly byte[] _letters;
    private readonly byte[] _behind;
    private readonly ulong[] _keys;
    private readonly int[] _places;
    private readonly byte[] _rows;
    private readonly int _shift;
    private readonly Script _script;

    /// <summary>A model.</summary>
    /// <param name="script">The script of its words.</param>
    /// <param name="languages">Their tags; the columns of the rows.</param>
    /// <param name="alphabet">Its letters, in lower case; the first has the number 3.</param>
    /// <param name="behind">How far each language starts behind, because it is rarer, in steps.</param>
    /// <param name="keys">n-grams, ascending: one byte per letter, the last one lowest. With an n-gram its suffixes are there too.</param>
    /// <param name="columns">For each language the steps of every n-gram, language by language.</param>
    public ScriptModel(Script script, string[] languages, string alphabet, byte[] behind, ulong[] keys, ReadOnlySpan<byte> columns)
    {
        _script = script;
        Languages = languages;
        _behind = behind;
        _letters = Letters(alphabet);
        _rows = new byte[keys.Length * MaxLanguages];
        for (var language = 0; language < languages.Length; language++)
        {
            for (var i = 0; i < keys.Length; i++)
                _rows[(i * MaxLanguages) + language] = columns[(language * keys.Length) + i];
        }
        var bits = BitOperations.Log2((uint)keys.Length) + 2;
        _shift = 64 - bits;
        _keys = new ulong[1 << bits];
        _places = new int[1 << bits];
        for (var i = 0; i < keys.Length; i++)
        {
            var slot = Slot(keys[i]);
            (_keys[slot], _places[slot]) = (keys[i], i);
        }
    }

    /// <summary>The languages it tells apart.</summary>
    public string[] Languages { get; }

    /// <summary>Steps that each language starts behind.</summary>
    public ReadOnlySpan<byte> Behind => _behind;

    /// <summary>Adds what a word says to the steps that speak against each language.</summary>
    /// <param name="word">Letters, in any case; marks without a number of their own are passed over.</param>
    /// <param name="against">Shape (32).</param>
    /// <returns>The letters counted, with the end of the word.</returns>
    public int AddWord(ReadOnlySpan<char> word, Span<int> against)
    {
        Span<byte> letters = stackalloc byte[WordLength];
        var count = Numbers(word, letters);
        letters = letters[..count];
        if (KnownWords.KeyOf(_script, letters) is not { } key)
        {
            Span<ushort> steps = stackalloc ushort[MaxLanguages];
            Judge(letters, steps);
            Add(steps, against);
            return count;
        }

        var known = KnownWords.OfThread.Find(key, out var isNew);
        if (isNew)
            Judge(letters, known);
        Add(known, against);
        return count;
    }

    private void Add(ReadOnlySpan<ushort> steps, Span<int> against)
    {
        for (var language = 0; language < Languages.Length; language++)
            against[language] += steps[language];
    }

    /// <summary>The numbers of a word's letters, and the boundary at its end.</summary>
    private int Numbers(ReadOnlySpan<char> word, Span<byte> numbers)
    {
        var count = 0;
        foreach (var c in word)
        {
            var letter = c < _letters.Length ? _letters[c] : (byte)OtherLetter;
            if (letter == 0)
                continue;
            numbers[count++] = letter;
            if (count == WordLength)
                return count;
        }
        numbers[count++] = Boundary;
        return count;
    }

    /// <summary>What a word says against each language.</summary>
    private void Judge(ReadOnlySpan<byte> letters, Span<ushort> against)
    {
        ref var first = ref against[0];
        var (low, high) = (Vector256<ushort>.Zero, Vector256<ushort>.Zero);
        var history = (ulong)Boundary;
        foreach (var letter in letters)
        {
            history = (history << 8) | letter;
            if (Longest(history) is >= 0 and var place)
            {
                var row = Vector256.LoadUnsafe(ref _rows[place * MaxLanguages]);
                low += Vector256.WidenLower(row);
                high += Vector256.WidenUpper(row);
            }
        }
        low.StoreUnsafe(ref first);
        high.StoreUnsafe(ref Unsafe.Add(ref first, MaxLanguages / 2));
    }

    /// <summary>The row of the longest n-gram known that the history ends with; -1 when even its last letter is unknown.</summary>
    private int Longest(ulong history)
    {
        var place = -1;
        var mask = 0UL;
        for (var length = 1; length <= MaxOrder; length++)
        {
            mask = (mask << 8) | 0xFF;
            var key = history & mask;
            if (length > 1 && key >> (8 * (length - 1)) == 0)
                break; // the history begins here
            var slot = Slot(key);
            if (_keys[slot] != key)
                break; // no longer one is known without this one
            place = _places[slot];
        }
        return place;
    }

    /// <summary>Where a key is, or the free slot where it would be.</summary>
    private int Slot(ulong key)
    {
        var slot = (int)((key * 0x9E37_79B9_7F4A_7C15) >> _shift);
        while (_keys[slot] != 0 && _keys[slot] != key)
            slot = (slot + 1) & (_keys.Length - 1);
        return slot;
    }

    /// <summary>The number of every character: of a letter that of its lower case, of a mark outside the alphabet none.</summary>
    private static byte[] Letters(string alphabet)
    {
        var table = new byte[int.Max(alphabet.Max(), '’') + 1];
        for (var c = 0; c < table.Length; c++)
        {
            var number = alphabet.IndexOf(char.ToLowerInvariant((char)c), StringComparison.Ordinal);
            table[c] = (byte)(number >= 0 ? FirstLetter + number : char.IsLetter((char)c) ? OtherLetter : 0);
        }
        table['İ'] = table['i'];
        table['’'] = table['\''];
        return table;
    }
}
