using System.Globalization;

namespace Grpo.Engines.Tokenizers.Patterns;

/// <summary>A set of code points, as written in a character class. Immutable once <see cref="Freeze"/> was called.</summary>
internal sealed class RuneSet
{
    private readonly List<(int First, int Last)> _ranges = [];
    private readonly List<RuneSet> _parts = [];
    private uint _categories;
    private ulong[]? _basicPlane;

    /// <summary>Whether the set is everything but what was added.</summary>
    public bool Negated { get; set; }

    public static RuneSet OfCategories(params ReadOnlySpan<UnicodeCategory> categories)
    {
        var set = new RuneSet();
        foreach (UnicodeCategory category in categories) set._categories |= 1u << (int)category;
        return set;
    }

    public static RuneSet OfRanges(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        var set = new RuneSet();
        foreach ((int first, int last) in ranges) set.Add(first, last);
        return set;
    }

    public RuneSet Add(int first, int last)
    {
        _ranges.Add((first, last));
        return this;
    }

    public RuneSet Add(RuneSet part)
    {
        _parts.Add(part);
        return this;
    }

    /// <summary>The complement, as a set of its own.</summary>
    public RuneSet Not() => new RuneSet { Negated = true }.Add(this);

    /// <summary>Tabulates the basic plane, so that <see cref="Contains"/> is one bit test for nearly every character.</summary>
    public RuneSet Freeze()
    {
        if (_basicPlane is not null) return this;
        var bits = new ulong[0x10000 / 64];
        for (int rune = 0; rune < 0x10000; rune++)
        {
            if (Compute(rune)) bits[rune >> 6] |= 1ul << rune;
        }

        _basicPlane = bits;
        return this;
    }

    public bool Contains(int rune) =>
        (uint)rune < 0x10000 && _basicPlane is { } bits ? (bits[rune >> 6] >> rune & 1) != 0 : Compute(rune);

    private bool Compute(int rune)
    {
        bool found = _categories != 0 && (_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(rune) & 1) != 0;
        for (int i = 0; !found && i < _ranges.Count; i++) found = _ranges[i].First <= rune && rune <= _ranges[i].Last;
        for (int i = 0; !found && i < _parts.Count; i++) found = _parts[i].Compute(rune);
        return found != Negated;
    }
}
