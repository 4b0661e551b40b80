using FsCheck;
using FsCheck.Fluent;
using Grpo.Engines.Tokenizers;
using Grpo.Testing;
using TestData = Grpo.Testing.TestData;

namespace Grpo.Engines.Tests.Tokenizers;

public sealed class IncrementalDecoderTests
{
    private const string SentencePiece = """
        {"added_tokens":[{"id":8,"content":"<s>","special":true}],
         "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"_"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}}
        """;

    private static readonly string[] SentencePieceTokens = ["_", "_a", "b", "<0xE2>", "<0x82>", "<0xAC>", "<0x41>", "__"];

    [Fact]
    public void ACharacterIsHeldBackUntilItIsComplete()
    {
        Tokenizer tokenizer = TinyTokenizer.ByteLevel([]);
        var decoder = new IncrementalDecoder(new TextOnly(tokenizer));
        int[] ids = tokenizer.Encode("a\u20ACb", addSpecialTokens: false);
        Assert.Equal(["a", "", "", "\u20AC", "b"], ids.Select(decoder.Append));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void WhatIsUnfinishedAtTheEndIsFlushed()
    {
        Tokenizer tokenizer = TinyTokenizer.ByteLevel([]);
        var decoder = new IncrementalDecoder(new TextOnly(tokenizer));
        foreach (int id in tokenizer.Encode("\u20AC", addSpecialTokens: false)[..2]) Assert.Equal("", decoder.Append(id));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void OnlyTheFirstSpaceIsStripped()
    {
        var decoder = new IncrementalDecoder(new TextOnly(TinyTokenizer.Of(SentencePieceTokens, [], SentencePiece)));
        Assert.Equal(["a", " a", "b", "", "", "\u20AC", "", " a"], new[] { 1, 1, 2, 3, 4, 5, 8, 1 }.Select(decoder.Append));
    }

    /// <summary>Any ids at all, broken characters included.</summary>
    [Fact]
    public void ThePartsAreTheWholeForByteLevelTokens()
    {
        Tokenizer tokenizer = TinyTokenizer.ByteLevel(["\u0120 a", "\u00E2 \u0124", "a b"]);
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, tokenizer.VocabSize - 1).ArrayOf().ToArbitrary(), ids => PartsAreTheWhole(tokenizer, ids)));
    }

    [Fact]
    public void ThePartsAreTheWholeForSentencePieceTokens()
    {
        Tokenizer tokenizer = TinyTokenizer.Of(SentencePieceTokens, [], SentencePiece);
        Gen<int[]> characters = Gen.Elements<int[]>([0], [1], [2], [6], [7], [8], [3, 4, 5]);
        Check.QuickThrowOnFailure(Prop.ForAll(characters.ArrayOf().ToArbitrary(), parts => PartsAreTheWhole(tokenizer, [.. parts.SelectMany(ids => ids)])));
    }

    [ConformanceTheory("tokenizers/llama2/tokenizer.json")]
    [InlineData("llama2")]
    [InlineData("llama3.2")]
    public void ThePartsAreTheWholeForRealTokenizers(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(TestData.Path($"tokenizers/{name}"));
        Check.QuickThrowOnFailure(Prop.ForAll(AnyText.Generator.ToArbitrary(), text => PartsAreTheWhole(tokenizer, tokenizer.Encode(text, addSpecialTokens: true))));
    }

    private static bool PartsAreTheWhole(Tokenizer tokenizer, int[] ids)
    {
        var decoder = new IncrementalDecoder(new TextOnly(tokenizer));
        string parts = string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
        return parts == tokenizer.Decode(ids, skipSpecialTokens: true);
    }
}
