using Grpo.Engines.Tokenizers;

namespace Grpo.Engines.Tests.Tokenizers;

public sealed class AddedTokenTests
{
    [Fact]
    public void TheLongestOfTheLeftmostIsTaken() =>
        Assert.Equal("<a|<ab>|<a|c", Tokens("<a<ab><ac", """{"id":30,"content":"<a"}""", """{"id":31,"content":"<ab>"}"""));

    [Fact]
    public void ASingleWordTouchesNoWordCharacters()
    {
        const string Token = """{"id":30,"content":"ab","single_word":true}""";
        Assert.Equal("a|b|c", Tokens("abc", Token));
        Assert.Equal("c|a|b", Tokens("cab", Token));
        Assert.Equal("ab|-|ab", Tokens("ab-ab", Token));
    }

    [Theory]
    [InlineData("true", "false", "a|<x>| |b")]
    [InlineData("false", "true", "a| |<x>|b")]
    [InlineData("true", "true", "a|<x>|b")]
    public void WhiteSpaceIsTakenOnTheAskedSide(string left, string right, string pieces) =>
        Assert.Equal(pieces, Tokens("a <x> b", $$"""{"id":30,"content":"<x>","lstrip":{{left}},"rstrip":{{right}}}"""));

    [Fact]
    public void WhiteSpaceIsTakenOnce() =>
        Assert.Equal("<x>|<x>", Tokens("<x>  <x>", """{"id":30,"content":"<x>","lstrip":true,"rstrip":true}"""));

    [Fact]
    public void NormalizedTokensAreFoundInNormalizedText()
    {
        const string Fields = """{"normalizer":{"type":"Lowercase"},"added_tokens":[{"id":30,"content":"AB","normalized":true},{"id":31,"content":"BC","normalized":false}]}""";
        Tokenizer tokenizer = TinyTokenizer.Of(["a", "b", "c"], [], Fields);
        Assert.Equal(["AB", "c", "BC", "b", "c"], tokenizer.Tokens("aBcBCbc"));
    }

    [Fact]
    public void SpecialTokensAreTextWhenNotParsed()
    {
        Tokenizer tokenizer = TinyTokenizer.Of(["a", "b"], [], """{"added_tokens":[{"id":30,"content":"a","special":true},{"id":31,"content":"bb","special":false},{"id":32,"content":"ab","special":true}]}""");
        Assert.Equal(["ab", "bb"], tokenizer.Tokens("abbb"));
        Assert.Equal(["a", "b", "bb"], tokenizer.Tokens("abbb", parseSpecial: false));
    }

    [Fact]
    public void OnlySpecialTokensAreSkippedInText()
    {
        Tokenizer tokenizer = TinyTokenizer.Of(["a"], [], """{"added_tokens":[{"id":1,"content":"<e>","special":true},{"id":2,"content":"<t>","special":false}],"decoder":{"type":"Fuse"}}""");
        Assert.Equal("<t>a", tokenizer.Decode([2, 0, 1], skipSpecialTokens: true));
        Assert.Equal("<t>a<e>", tokenizer.Decode([2, 0, 1], skipSpecialTokens: false));
    }

    private static string Tokens(string text, params string[] added) => string.Join(
        '|',
        TinyTokenizer.Of(["a", "b", "c", "-", " "], [], $$"""{"added_tokens":[{{string.Join(',', added)}}]}""").Tokens(text));
}
