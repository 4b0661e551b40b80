namespace Grpo.Rewards.Shaping;

/// <summary>What n-grams are made of.</summary>
public enum RepetitionUnit
{
    /// <summary>Lower-cased words between white space.</summary>
    Words,

    /// <summary>Code points.</summary>
    Characters,
}

/// <summary>Numbers the units of a text and counts its different n-grams exactly.</summary>
internal static class RepetitionUnits
{
    /// <summary>The units in order; equal units have equal numbers.</summary>
    public static int[] Of(string text, RepetitionUnit unit)
    {
        if (unit == RepetitionUnit.Characters)
            return [.. text.EnumerateRunes().Select(rune => rune.Value)];
        var lower = text.ToLowerInvariant();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var known = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        List<int> units = [];
        for (var start = 0; start < lower.Length; start++)
        {
            var end = start;
            while (end < lower.Length && !PythonText.IsSpace(lower[end]))
                end++;
            if (end > start)
            {
                var word = lower.AsSpan(start, end - start);
                if (!known.TryGetValue(word, out var number))
                    known[word] = number = numbers.Count;
                units.Add(number);
            }
            start = end;
        }
        return [.. units];
    }

    /// <summary>How many different n-grams there are.</summary>
    public static int CountUnique(int[] units, int size)
    {
        var starts = new HashSet<int>(new NgramComparer(units, size));
        for (var start = 0; start + size <= units.Length; start++)
            starts.Add(start);
        return starts.Count;
    }

    /// <summary>Two places are equal when the n-grams that start there are.</summary>
    private sealed class NgramComparer(int[] units, int size) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => units.AsSpan(x, size).SequenceEqual(units.AsSpan(y, size));

        public int GetHashCode(int obj)
        {
            var hash = new HashCode();
            foreach (var unit in units.AsSpan(obj, size))
                hash.Add(unit);
            return hash.ToHashCode();
        }
    }
}
