using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>Texts of all planes, with more ASCII, white space and marks than chance would give.</summary>
internal static class AnyText
{
    private static readonly Gen<int> CodePoint = Gen.Frequency(
        (4, Gen.Choose(0x20, 0x7E)),
        (2, Gen.Elements(0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x2028, 0x3000, 0x200B)),
        (2, Gen.Choose(0xA0, 0x24F)),
        (1, Gen.Choose(0x300, 0x36F)),
        (2, Gen.Choose(0x370, 0xD7FF)),
        (1, Gen.Choose(0xE000, 0xFFFF)),
        (2, Gen.Choose(0x10000, 0x10FFFF)));

    public static Gen<string> Generator { get; } = TextOf(CodePoint);

    /// <summary>
    /// Those whose code points are of one category in every edition of Unicode from .NET's on: a peer's tables may be newer,
    /// and what .NET calls unassigned a letter there (U+323B0 to U+33479 are ideographs since Unicode 17).
    /// </summary>
    public static Gen<string> OfSettledCategories { get; } = TextOf(CodePoint.Where(IsSettled));

    private static Gen<string> TextOf(Gen<int> codePoint) =>
        codePoint.ArrayOf().Select(codePoints => string.Concat(codePoints.Select(char.ConvertFromUtf32)));

    /// <summary>Assigned, or of planes 4 to 13, of which no edition assigns anything.</summary>
    private static bool IsSettled(int codePoint) =>
        codePoint is >= 0x40000 and <= 0xDFFFF || CharUnicodeInfo.GetUnicodeCategory(codePoint) != UnicodeCategory.OtherNotAssigned;
}
