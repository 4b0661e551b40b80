using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

public sealed class DecoderTests
{
    private static readonly string[] Tokens = ["_a", "_b", "c", "<0xE2>", "<0x82>", "<0xAC>", "<0xZZ>"];

    [Theory]
    [InlineData("null", "_a _b c")]
    [InlineData("""{"type":"Fuse"}""", "_a_bc")]
    [InlineData("""{"type":"Metaspace","replacement":"_"}""", "a bc")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"never"}""", " a bc")]
    [InlineData("""{"type":"Replace","pattern":{"String":"_"},"content":" "}""", " a bc")]
    [InlineData("""{"type":"Strip","content":"_","start":1,"stop":0}""", "abc")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"_","start":1,"stop":0}]}""", "a_bc")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"c","start":0,"stop":2}]}""", "_a_b")]
    public void TokensBecomeText(string decoder, string expected) => Assert.Equal(expected, Decode(decoder, 0, 1, 2));

    [Fact]
    public void ByteTokensAreTextAltogetherOrNotAtAll()
    {
        const string Decoder = """{"type":"ByteFallback"}""";
        Assert.Equal("c\u20ACc", Decode(Decoder, 2, 3, 4, 5, 2));
        Assert.Equal("\uFFFD\uFFFD", Decode(Decoder, 3, 4));
        Assert.Equal("\uFFFD\uFFFD\uFFFD\uFFFD<0xZZ>", Decode(Decoder, 3, 4, 5, 3, 6));
    }

    [Fact]
    public void ByteLevelTokensAreJoinedBeforeTheyAreText()
    {
        Tokenizer tokenizer = TinyTokenizer.ByteLevel([]);
        int[] euro = tokenizer.Encode("\u20AC", addSpecialTokens: false);
        Assert.Equal(3, euro.Length);
        Assert.Equal("\u20AC", tokenizer.Decode(euro, skipSpecialTokens: false));
        Assert.Equal("\uFFFDa", tokenizer.Decode([euro[0], tokenizer.IdOf("a")!.Value], skipSpecialTokens: false));
    }

    [Fact]
    public void IdsWithoutATokenAreLeftOut() => Assert.Equal("c", Decode("null", 99, 2, -1));

    [Fact]
    public void WhatIsNotSupportedIsRefusedByName() =>
        Assert.Contains("CTC", Assert.Throws<ModelLoadException>(() => Decode("""{"type":"CTC"}""")).Message, StringComparison.Ordinal);

    private static string Decode(string decoder, params int[] ids) =>
        TinyTokenizer.Of(Tokens, [], $$"""{"decoder":{{decoder}}}""").Decode(ids, skipSpecialTokens: true);
}
