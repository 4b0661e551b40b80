using System.Text;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

public sealed class BytePairTests
{
    [Fact]
    public void TheLowestRankIsMergedFirst()
    {
        Assert.Equal(["a", "bc"], TinyTokenizer.Of(["a", "b", "c", "bc", "ab"], ["b c", "a b"]).Tokens("abc"));
        Assert.Equal(["ab", "c"], TinyTokenizer.Of(["a", "b", "c", "bc", "ab"], ["a b", "b c"]).Tokens("abc"));
    }

    [Fact]
    public void EqualRanksAreMergedFromTheLeft() =>
        Assert.Equal(["aa", "aa", "a"], TinyTokenizer.Of(["a", "aa"], ["a a"]).Tokens("aaaaa"));

    /// <summary>Long pieces go through a queue, short ones through a scan; both must agree.</summary>
    [Fact]
    public void LongPiecesMergeLikeShortOnes()
    {
        Tokenizer tokenizer = TinyTokenizer.Of(["a", "b", "ab", "aba", "c"], ["a b", "ab a"]);
        Assert.Equal(["aba", "ab", "c"], tokenizer.Tokens("abaabc"));
        Assert.Equal(Enumerable.Repeat(tokenizer.Tokens("abaabc"), 40).SelectMany(tokens => tokens), tokenizer.Tokens(string.Concat(Enumerable.Repeat("abaabc", 40))));
    }

    [Fact]
    public void BothFormsOfMergesAreRead()
    {
        const string Vocabulary = """{"model":{"vocab":{"a":0,"b":1,"ab":2},"merges":""";
        Assert.Equal([2], TinyTokenizer.FromText(Vocabulary + """["#version: 0.2","a b"]}}""").Encode("ab", addSpecialTokens: false));
        Assert.Equal([2], TinyTokenizer.FromText(Vocabulary + """[["a","b"]]}}""").Encode("ab", addSpecialTokens: false));
        Assert.Equal([0, 1], TinyTokenizer.FromText(Vocabulary + "{}}}").Encode("ab", addSpecialTokens: false));
    }

    [Fact]
    public void MergesOfHashesAreNoComments() =>
        Assert.Equal(["##"], TinyTokenizer.Of(["#", "##"], ["# #"]).Tokens("##"));

    [Fact]
    public void WithIgnoredMergesAWholeWordIsItsOwnToken()
    {
        string[] tokens = ["a", "b", "abb"];
        Assert.Equal(["a", "b", "b"], TinyTokenizer.Of(tokens, []).Tokens("abb"));
        Assert.Equal(["abb"], TinyTokenizer.Of(tokens, [], modelFields: """{"ignore_merges":true}""").Tokens("abb"));
    }

    [Fact]
    public void UnknownCharactersAreBytesOnlyIfAllTheirBytesAreTokens()
    {
        Tokenizer tokenizer = TinyTokenizer.Of(["?", "a", "<0xC3>", "<0xA9>"], [], modelFields: """{"byte_fallback":true,"unk_token":"?"}""");
        Assert.Equal(["a", "<0xC3>", "<0xA9>"], tokenizer.Tokens("a\u00E9"));
        Assert.Equal(["a", "?", "?", "a"], tokenizer.Tokens("a\u20AC\u00E8a"));
    }

    [Fact]
    public void UnknownTokensFuseOnlyIfAskedTo()
    {
        Assert.Equal(["?"], TinyTokenizer.Of(["?", "a"], [], modelFields: """{"fuse_unk":true,"unk_token":"?"}""").Tokens("xyz"));
        Assert.Equal(["?", "?", "?"], TinyTokenizer.Of(["?", "a"], [], modelFields: """{"unk_token":"?"}""").Tokens("xyz"));
        Assert.Equal(["a"], TinyTokenizer.Of(["a"], []).Tokens("xay"));
    }

    [Theory]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{}}}""", "WordPiece")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[]}}""", "Unigram")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[],"dropout":0.1}}""", "dropout")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}}""", "end_of_word_suffix")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":["a b"]}}""", "'b'")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":["aa"]}}""", "pair")]
    [InlineData("""{"model":{"vocab":{"a":-1},"merges":[]}}""", "-1")]
    [InlineData("""{"model":{"vocab":{"a":0}""", "damaged")]
    [InlineData("""{"version":"1.0"}""", "no model")]
    [InlineData("[]", "no model")]
    public void WhatIsNotSupportedIsRefusedByName(string json, string named) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => TinyTokenizer.FromText(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void AMissingFileIsNamed() =>
        Assert.Contains("tokenizer.json", Assert.Throws<ModelLoadException>(() => Tokenizer.Load(AppContext.BaseDirectory)).Message, StringComparison.Ordinal);

    [Fact]
    public void AByteOrderMarkIsNoError() =>
        Assert.Equal(1, Tokenizer.FromJson([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("""{"model":{"vocab":{"a":0},"merges":[]}}""")]).VocabSize);

    [Fact]
    public void TokensAndIdsAreLookedUpBothWays()
    {
        Tokenizer tokenizer = TinyTokenizer.Of(["a", "b"], [], """{"added_tokens":[{"id":7,"content":"<x>","special":true},{"id":9,"content":"b"}]}""");
        Assert.Equal("<x>", tokenizer.TokenOf(7));
        Assert.Equal(7, tokenizer.IdOf("<x>"));
        Assert.Equal(1, tokenizer.IdOf("b"));
        Assert.Null(tokenizer.TokenOf(5));
        Assert.Null(tokenizer.TokenOf(-1));
        Assert.Null(tokenizer.IdOf("c"));
        Assert.Equal(8, tokenizer.VocabSize);
    }
}
