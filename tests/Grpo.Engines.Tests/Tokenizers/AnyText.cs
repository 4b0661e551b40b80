using FsCheck;
using FsCheck.Fluent;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>Texts of all planes, with more ASCII, white space and marks than chance would give.</summary>
internal static class AnyText
{
    public static Gen<string> Generator { get; } = Gen.Frequency(
            (4, Gen.Choose(0x20, 0x7E)),
            (2, Gen.Elements(0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x2028, 0x3000, 0x200B)),
            (2, Gen.Choose(0xA0, 0x24F)),
            (1, Gen.Choose(0x300, 0x36F)),
            (2, Gen.Choose(0x370, 0xD7FF)),
            (1, Gen.Choose(0xE000, 0xFFFF)),
            (2, Gen.Choose(0x10000, 0x10FFFF)))
        .ArrayOf().Select(runes => string.Concat(runes.Select(char.ConvertFromUtf32)));
}
