using System.Globalization;
using static System.Globalization.UnicodeCategory;

namespace Grpo.Engines.Tokenizers.Patterns;

/// <summary>The named classes of split patterns: general categories, a few scripts, and the shorthand escapes as Oniguruma defines them.</summary>
internal static class UnicodeProperties
{
    private static readonly Dictionary<string, UnicodeCategory[]> Categories = new()
    {
        ["L"] = [UppercaseLetter, LowercaseLetter, TitlecaseLetter, ModifierLetter, OtherLetter],
        ["Lu"] = [UppercaseLetter],
        ["Ll"] = [LowercaseLetter],
        ["Lt"] = [TitlecaseLetter],
        ["Lm"] = [ModifierLetter],
        ["Lo"] = [OtherLetter],
        ["M"] = [NonSpacingMark, SpacingCombiningMark, EnclosingMark],
        ["Mn"] = [NonSpacingMark],
        ["Mc"] = [SpacingCombiningMark],
        ["Me"] = [EnclosingMark],
        ["N"] = [DecimalDigitNumber, LetterNumber, OtherNumber],
        ["Nd"] = [DecimalDigitNumber],
        ["Nl"] = [LetterNumber],
        ["No"] = [OtherNumber],
        ["P"] = [ConnectorPunctuation, DashPunctuation, OpenPunctuation, ClosePunctuation, InitialQuotePunctuation, FinalQuotePunctuation, OtherPunctuation],
        ["Pc"] = [ConnectorPunctuation],
        ["Pd"] = [DashPunctuation],
        ["Ps"] = [OpenPunctuation],
        ["Pe"] = [ClosePunctuation],
        ["Pi"] = [InitialQuotePunctuation],
        ["Pf"] = [FinalQuotePunctuation],
        ["Po"] = [OtherPunctuation],
        ["S"] = [MathSymbol, CurrencySymbol, ModifierSymbol, OtherSymbol],
        ["Sm"] = [MathSymbol],
        ["Sc"] = [CurrencySymbol],
        ["Sk"] = [ModifierSymbol],
        ["So"] = [OtherSymbol],
        ["Z"] = [SpaceSeparator, LineSeparator, ParagraphSeparator],
        ["Zs"] = [SpaceSeparator],
        ["Zl"] = [LineSeparator],
        ["Zp"] = [ParagraphSeparator],
        ["C"] = [Control, Format, Surrogate, PrivateUse, OtherNotAssigned],
        ["Cc"] = [Control],
        ["Cf"] = [Format],
        ["Cs"] = [Surrogate],
        ["Co"] = [PrivateUse],
        ["Cn"] = [OtherNotAssigned],
    };

    /// <summary>White_Space of Unicode, which is \s in Oniguruma and in Rust.</summary>
    public static RuneSet Space { get; } =
        RuneSet.OfRanges((0x09, 0x0D), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)).Freeze();

    /// <summary>\w: alphabetic characters, marks, decimal digits, connector punctuation.</summary>
    public static RuneSet Word { get; } = RuneSet
        .OfCategories(UppercaseLetter, LowercaseLetter, TitlecaseLetter, ModifierLetter, OtherLetter, LetterNumber, NonSpacingMark, SpacingCombiningMark, EnclosingMark, DecimalDigitNumber, ConnectorPunctuation)
        .Add(0x24B6, 0x24E9).Add(0x1F130, 0x1F149).Add(0x1F150, 0x1F169).Add(0x1F170, 0x1F189).Freeze(); // circled and squared letters are alphabetic

    /// <summary>Punctuation of ASCII, its symbols included, and of Unicode.</summary>
    public static RuneSet AsciiAndUnicodePunctuation { get; } =
        RuneSet.OfCategories(Categories["P"]).Add('!', '/').Add(':', '@').Add('[', '`').Add('{', '~').Freeze();

    /// <summary>\d.</summary>
    public static RuneSet Digit { get; } = RuneSet.OfCategories(DecimalDigitNumber).Freeze();

    /// <summary>\h of Oniguruma: hexadecimal digits.</summary>
    public static RuneSet HexDigit { get; } = RuneSet.OfRanges(('0', '9'), ('a', 'f'), ('A', 'F')).Freeze();

    /// <summary>Everything but a line feed.</summary>
    public static RuneSet Any { get; } = RuneSet.OfRanges(('\n', '\n')).Not().Freeze();

    /// <summary>What \p{name} stands for, null for a name that is not known.</summary>
    public static RuneSet? Named(string name) => name switch
    {
        "Letter" => Named("L"),
        "Number" => Named("N"),
        "Punctuation" => Named("P"),
        "Symbol" => Named("S"),
        "Mark" => Named("M"),
        "Space" or "White_Space" => Space,
        "Alnum" => RuneSet.OfCategories(Categories["L"]).Add(RuneSet.OfCategories(DecimalDigitNumber, NonSpacingMark, SpacingCombiningMark, LetterNumber)),
        "Han" => RuneSet.OfRanges((0x2E80, 0x2E99), (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFA6D), (0xFA70, 0xFAD9), (0x16FE2, 0x16FE3), (0x16FF0, 0x16FF6), (0x20000, 0x2A6DF), (0x2A700, 0x2B81D), (0x2B820, 0x2CEAD), (0x2CEB0, 0x2EBE0), (0x2EBF0, 0x2EE5D), (0x2F800, 0x2FA1D), (0x30000, 0x3134A), (0x31350, 0x33479)),
        "Hiragana" => RuneSet.OfRanges((0x3041, 0x3096), (0x309D, 0x309F), (0x1B001, 0x1B11F), (0x1B132, 0x1B132), (0x1B150, 0x1B152), (0x1F200, 0x1F200)),
        "Katakana" => RuneSet.OfRanges((0x30A1, 0x30FA), (0x30FD, 0x30FF), (0x31F0, 0x31FF), (0x32D0, 0x32FE), (0x3300, 0x3357), (0xFF66, 0xFF6F), (0xFF71, 0xFF9D), (0x1AFF0, 0x1AFF3), (0x1AFF5, 0x1AFFB), (0x1AFFD, 0x1AFFE), (0x1B000, 0x1B000), (0x1B120, 0x1B122), (0x1B155, 0x1B155), (0x1B164, 0x1B167)),
        "Hangul" => RuneSet.OfRanges((0x1100, 0x11FF), (0x302E, 0x302F), (0x3131, 0x318E), (0x3200, 0x321E), (0x3260, 0x327E), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xD7B0, 0xD7C6), (0xD7CB, 0xD7FB), (0xFFA0, 0xFFBE), (0xFFC2, 0xFFC7), (0xFFCA, 0xFFCF), (0xFFD2, 0xFFD7), (0xFFDA, 0xFFDC)),
        _ => Categories.TryGetValue(name, out UnicodeCategory[]? categories) ? RuneSet.OfCategories(categories) : null,
    };
}
