using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

public sealed class NormalizerTests
{
    [Theory]
    [InlineData("""{"type":"NFC"}""", "e\u0301", "\u00E9")]
    [InlineData("""{"type":"NFD"}""", "\u00E9", "e\u0301")]
    [InlineData("""{"type":"NFKC"}""", "\uFB01", "fi")]
    [InlineData("""{"type":"NFKD"}""", "\u00E9\u00B2", "e\u03012")]
    [InlineData("""{"type":"Lowercase"}""", "A\u00C9\u0130\u03A3", "a\u00E9i\u0307\u03C3")]
    [InlineData("""{"type":"Prepend","prepend":"_"}""", "a", "_a")]
    [InlineData("""{"type":"Replace","pattern":{"String":"a"},"content":"$1"}""", "aba", "$1b$1")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"a+|$"},"content":"_"}""", "aaba", "_b__")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", " \u3000a ", "a ")]
    [InlineData("""{"type":"Strip","strip_left":false,"strip_right":true}""", " a\n", " a")]
    [InlineData("""{"type":"Strip"}""", "  ", "")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":" "},{"type":"Replace","pattern":{"String":" "},"content":"_"}]}""", "a b", "_a_b")]
    public void TextIsRewritten(string normalizer, string text, string expected) => Assert.Equal(expected, Normalized(normalizer, text));

    [Fact]
    public void NothingIsPutBeforeNothing() => Assert.Equal("", Normalized("""{"type":"Prepend","prepend":"_"}""", ""));

    [Fact]
    public void HalvesOfSurrogatePairsAreReplacedBeforeNormalizing() => Assert.Equal("a\uFFFD", Normalized("""{"type":"NFC"}""", "a\uD800"));

    [Fact]
    public void WhatIsNotSupportedIsRefusedByName() => Assert.Contains(
        "Precompiled",
        Assert.Throws<ModelLoadException>(() => Normalized("""{"type":"Precompiled"}""", "a")).Message,
        StringComparison.Ordinal);

    private static string Normalized(string normalizer, string text)
    {
        string[] tokens = ["a", "b", "e", "f", "i", "_", "$", "1", "2", " ", "\u00E9", "\u0301", "\u0307", "\u03C3", "\uFFFD", "\n", "\u3000"];
        return string.Concat(TinyTokenizer.Of(tokens, [], $$"""{"normalizer":{{normalizer}}}""").Tokens(text));
    }
}
