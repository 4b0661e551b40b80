using System.Text;

namespace Grpo.Engines.Tokenizers.Normalizers;

/// <summary>A Unicode normalization form (UAX 15). string.Normalize changes nothing in a process without ICU, as this one is.</summary>
internal sealed class UnicodeForm
{
    private readonly NormalizationData _data = NormalizationData.Instance;
    private readonly bool _compatibility;
    private readonly bool _compose;
    private readonly ulong[] _mayChange = new ulong[0x10000 / 64];

    public UnicodeForm(bool compatibility, bool compose)
    {
        (_compatibility, _compose) = (compatibility, compose);
        for (int rune = 0; rune < 0x10000; rune++)
        {
            if (MayChange(rune)) _mayChange[rune >> 6] |= 1ul << rune;
        }

        if (!compose) return;
        foreach ((int _, int second) in _data.ComposingPairs)
        {
            if (second < 0x10000) _mayChange[second >> 6] |= 1ul << second;
        }
    }

    public string Apply(string text)
    {
        foreach (char c in text)
        {
            if ((_mayChange[c >> 6] >> c & 1) != 0) return Rewrite(text);
        }

        return text;
    }

    private bool MayChange(int rune)
    {
        if (char.IsSurrogate((char)rune) || _data.ClassOf(rune) != 0) return true;
        if (!_compose) return Hangul.IsSyllable(rune) || _data.DecompositionOf(rune, _compatibility) is not null;
        if (Hangul.IsVowelOrTrail(rune)) return true;
        if (_data.DecompositionOf(rune, _compatibility) is not { } parts) return false;
        return parts.Length != 2 || _data.Compose(parts[0], parts[1]) != rune || MayChange(parts[0]);
    }

    private string Rewrite(string text)
    {
        var runes = new List<int>(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, runes);
        Order(runes);
        if (_compose) Compose(runes);
        var result = new StringBuilder(runes.Count);
        foreach (int rune in runes) result.Append(new Rune(rune).ToString());
        return result.ToString();
    }

    private void Decompose(int rune, List<int> runes)
    {
        if (Hangul.IsSyllable(rune)) Hangul.Decompose(rune, runes);
        else if (rune >= 0xA0 && _data.DecompositionOf(rune, _compatibility) is { } parts) foreach (int part in parts) Decompose(part, runes);
        else runes.Add(rune);
    }

    /// <summary>Sorts each run of combining marks by class; marks of one class keep their order.</summary>
    private void Order(List<int> runes)
    {
        for (int start = 0; start < runes.Count; start++)
        {
            if (_data.ClassOf(runes[start]) == 0) continue;
            int end = start + 1;
            while (end < runes.Count && _data.ClassOf(runes[end]) != 0) end++;
            if (end - start > 1)
            {
                int[] ordered = [.. runes[start..end].OrderBy(_data.ClassOf)];
                for (int i = start; i < end; i++) runes[i] = ordered[i - start];
            }

            start = end;
        }
    }

    /// <summary>Joins each character with the last that begins a cluster, unless something between them blocks it; in place.</summary>
    private void Compose(List<int> runes)
    {
        int starter = -1, lastClass = 0, kept = 0;
        foreach (int rune in runes.ToArray())
        {
            int combiningClass = _data.ClassOf(rune);
            bool blocked = starter < 0 || (kept - 1 > starter && lastClass >= combiningClass);
            int composed = blocked ? -1 : Joined(runes[starter], rune);
            if (composed >= 0)
            {
                runes[starter] = composed;
                continue;
            }

            if (combiningClass == 0) starter = kept;
            lastClass = combiningClass;
            runes[kept++] = rune;
        }

        runes.RemoveRange(kept, runes.Count - kept);
    }

    private int Joined(int first, int second) => Hangul.Compose(first, second) is >= 0 and var syllable ? syllable : _data.Compose(first, second);
}
