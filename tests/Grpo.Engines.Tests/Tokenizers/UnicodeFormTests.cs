using FsCheck;
using FsCheck.Fluent;
using Grpo.Engines.Tokenizers;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>Unicode normalization, seen through byte-level tokens, which come back as any text.</summary>
public sealed class UnicodeFormTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9", "A\u030A\u03A9", "\u00C5\u03A9", "A\u030A\u03A9")] // singletons never come back
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")] // UAX 15, figure 6
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")] // a composition exclusion
    [InlineData("\uD55C\u1100\u1161\u11A8", "\uD55C\uAC01", "\u1112\u1161\u11AB\u1100\u1161\u11A8", "\uD55C\uAC01", "\u1112\u1161\u11AB\u1100\u1161\u11A8")]
    [InlineData("\u1100\u1161\u1161", "\uAC00\u1161", "\u1100\u1161\u1161", "\uAC00\u1161", "\u1100\u1161\u1161")]
    [InlineData("\uFB03\u00BD", "\uFB03\u00BD", "\uFB03\u00BD", "ffi1\u20442", "ffi1\u20442")]
    [InlineData("\U0001D400\U0001109A", "\U0001D400\U0001109A", "\U0001D400\U00011099\U000110BA", "A\U0001109A", "A\U00011099\U000110BA")]
    public void EachFormIsAsTheStandardSays(string text, string nfc, string nfd, string nfkc, string nfkd) =>
        Assert.Equal([nfc, nfd, nfkc, nfkd], new[] { "NFC", "NFD", "NFKC", "NFKD" }.Select(form => Normalizer(form)(text)));

    /// <summary>The laws of UAX 15: forms are idempotent, and one form of another is known.</summary>
    [Fact]
    public void FormsOfFormsAreKnown()
    {
        Func<string, string> c = Normalizer("NFC"), d = Normalizer("NFD"), kc = Normalizer("NFKC"), kd = Normalizer("NFKD");
        Check.QuickThrowOnFailure(Prop.ForAll(AnyText.Generator.ToArbitrary(), text =>
            c(d(text)) == c(text) && d(c(text)) == d(text) && c(c(text)) == c(text) && d(d(text)) == d(text)
            && kc(c(text)) == kc(text) && kd(d(text)) == kd(text) && d(kc(text)) == kd(text) && c(kd(text)) == kc(text)));
    }

    private static Func<string, string> Normalizer(string form)
    {
        string fields = $$"""{"normalizer":{"type":"{{form}}"}, "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"decoder":{"type":"ByteLevel"} }""";
        Tokenizer tokenizer = TinyTokenizer.ByteLevel([], fields);
        return text => tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false), skipSpecialTokens: false);
    }
}
