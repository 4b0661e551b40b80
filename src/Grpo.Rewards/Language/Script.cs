namespace Grpo.Rewards.Language;

/// <summary>A writing system.</summary>
public enum Script
{
    /// <summary>None that is told apart here: such words are not counted.</summary>
    Unknown,
    /// <summary>Latin letters.</summary>
    Latin,
    /// <summary>Greek letters.</summary>
    Greek,
    /// <summary>Cyrillic letters.</summary>
    Cyrillic,
    /// <summary>Armenian letters.</summary>
    Armenian,
    /// <summary>Hebrew letters.</summary>
    Hebrew,
    /// <summary>Arabic letters.</summary>
    Arabic,
    /// <summary>Devanagari letters.</summary>
    Devanagari,
    /// <summary>Bengali letters.</summary>
    Bengali,
    /// <summary>Gurmukhi letters.</summary>
    Gurmukhi,
    /// <summary>Gujarati letters.</summary>
    Gujarati,
    /// <summary>Tamil letters.</summary>
    Tamil,
    /// <summary>Telugu letters.</summary>
    Telugu,
    /// <summary>Kannada letters.</summary>
    Kannada,
    /// <summary>Malayalam letters.</summary>
    Malayalam,
    /// <summary>Thai letters.</summary>
    Thai,
    /// <summary>Lao letters.</summary>
    Lao,
    /// <summary>Myanmar letters.</summary>
    Myanmar,
    /// <summary>Georgian letters.</summary>
    Georgian,
    /// <summary>Ethiopic letters.</summary>
    Ethiopic,
    /// <summary>Khmer letters.</summary>
    Khmer,
    /// <summary>Hiragana and Katakana.</summary>
    Kana,
    /// <summary>Chinese characters.</summary>
    Han,
    /// <summary>Korean syllables and letters.</summary>
    Hangul,
}

/// <summary>The writing system of a code point.</summary>
public static class Scripts
{
    // Unicode blocks, sorted; digits and punctuation inside them are told apart by their category before this table is asked.
    private static readonly (int First, int Last, Script Script)[] Blocks =
    [
        (0x0041, 0x024F, Script.Latin), (0x0250, 0x02AF, Script.Latin), (0x0370, 0x03FF, Script.Greek), (0x0400, 0x052F, Script.Cyrillic), (0x0530, 0x058F, Script.Armenian),
        (0x0590, 0x05FF, Script.Hebrew), (0x0600, 0x06FF, Script.Arabic), (0x0750, 0x077F, Script.Arabic), (0x0870, 0x08FF, Script.Arabic), (0x0900, 0x097F, Script.Devanagari),
        (0x0980, 0x09FF, Script.Bengali), (0x0A00, 0x0A7F, Script.Gurmukhi), (0x0A80, 0x0AFF, Script.Gujarati), (0x0B80, 0x0BFF, Script.Tamil), (0x0C00, 0x0C7F, Script.Telugu),
        (0x0C80, 0x0CFF, Script.Kannada), (0x0D00, 0x0D7F, Script.Malayalam), (0x0E00, 0x0E7F, Script.Thai), (0x0E80, 0x0EFF, Script.Lao), (0x1000, 0x109F, Script.Myanmar),
        (0x10A0, 0x10FF, Script.Georgian), (0x1100, 0x11FF, Script.Hangul), (0x1200, 0x139F, Script.Ethiopic), (0x1780, 0x17FF, Script.Khmer), (0x1E00, 0x1EFF, Script.Latin),
        (0x1F00, 0x1FFF, Script.Greek), (0x2C60, 0x2C7F, Script.Latin), (0x3005, 0x3007, Script.Han), (0x3040, 0x30FF, Script.Kana), (0x3130, 0x318F, Script.Hangul),
        (0x31F0, 0x31FF, Script.Kana), (0x3400, 0x4DBF, Script.Han), (0x4E00, 0x9FFF, Script.Han), (0xA720, 0xA7FF, Script.Latin), (0xA8E0, 0xA8FF, Script.Devanagari),
        (0xAC00, 0xD7AF, Script.Hangul), (0xF900, 0xFAFF, Script.Han), (0xFB1D, 0xFB4F, Script.Hebrew), (0xFB50, 0xFDFF, Script.Arabic), (0xFE70, 0xFEFE, Script.Arabic),
        (0xFF21, 0xFF5A, Script.Latin), (0xFF66, 0xFF9F, Script.Kana), (0x20000, 0x323AF, Script.Han),
    ];

    /// <summary>The script of a letter; <see cref="Script.Unknown"/> outside the table.</summary>
    public static Script Of(int codePoint)
    {
        if (codePoint <= Blocks[0].Last)
            return codePoint >= Blocks[0].First ? Script.Latin : Script.Unknown;
        var (low, high) = (1, Blocks.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < Blocks[middle].First)
                high = middle - 1;
            else if (codePoint > Blocks[middle].Last)
                low = middle + 1;
            else
                return Blocks[middle].Script;
        }
        return Script.Unknown;
    }
}
