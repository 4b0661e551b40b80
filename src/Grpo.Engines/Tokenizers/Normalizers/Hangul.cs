namespace Grpo.Engines.Tokenizers.Normalizers;

/// <summary>Korean syllables and the letters they are made of, by arithmetic (The Unicode Standard, section 3.12).</summary>
internal static class Hangul
{
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    public static bool IsSyllable(int rune) => rune is >= Syllables and < Syllables + SyllableCount;

    /// <summary>Vowels and trailing consonants, which a letter before them may take in.</summary>
    public static bool IsVowelOrTrail(int rune) => rune is (>= Vowels and < Vowels + VowelCount) or (> Trails and < Trails + TrailCount);

    public static void Decompose(int syllable, List<int> runes)
    {
        int index = syllable - Syllables;
        runes.Add(Leads + (index / (VowelCount * TrailCount)));
        runes.Add(Vowels + (index / TrailCount % VowelCount));
        if (index % TrailCount != 0) runes.Add(Trails + (index % TrailCount));
    }

    /// <summary>The syllable of two neighbours, -1 for none.</summary>
    public static int Compose(int first, int second)
    {
        if (first is >= Leads and < Leads + LeadCount && second is >= Vowels and < Vowels + VowelCount)
            return Syllables + ((((first - Leads) * VowelCount) + (second - Vowels)) * TrailCount);
        bool open = IsSyllable(first) && (first - Syllables) % TrailCount == 0;
        return open && second is > Trails and < Trails + TrailCount ? first + (second - Trails) : -1;
    }
}
