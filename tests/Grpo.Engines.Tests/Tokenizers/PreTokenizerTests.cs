using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>Pieces are made visible by a vocabulary in which every piece that may occur is one token.</summary>
public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("Removed", "a|b|c")]
    [InlineData("Isolated", "a|-|b|-|-|c|-")]
    [InlineData("MergedWithPrevious", "a-|b-|-|c-")]
    [InlineData("MergedWithNext", "a|-b|-|-c|-")]
    [InlineData("Contiguous", "a|-|b|--|c|-")]
    public void DelimitersBehaveAsAsked(string behavior, string pieces) =>
        Assert.Equal(pieces, Pieces($$"""{"type":"Split","pattern":{"String":"-"},"behavior":"{{behavior}}","invert":false}""", "a-b--c-"));

    [Theory]
    [InlineData("Removed", "-|--|-")]
    [InlineData("Isolated", "a|-|b|--|c|-")]
    public void InvertedSplitsTakeTheRestForTheDelimiter(string behavior, string pieces) =>
        Assert.Equal(pieces, Pieces($$"""{"type":"Split","pattern":{"Regex":"-+"},"behavior":"{{behavior}}","invert":true}""", "a-b--c-"));

    [Fact]
    public void EmptyMatchesCutNothing() =>
        Assert.Equal("ab|--|c", Pieces("""{"type":"Split","pattern":{"Regex":"-*"},"behavior":"Isolated"}""", "ab--c"));

    [Theory]
    [InlineData("true", "a|1|2|\u0663|b")]
    [InlineData("false", "a|12\u0663|b")]
    public void DigitsAreCutFromTheRest(string individual, string pieces) =>
        Assert.Equal(pieces, Pieces($$"""{"type":"Digits","individual_digits":{{individual}}}""", "a12\u0663b"));

    [Fact]
    public void PunctuationIsAsciiSymbolsToo() =>
        Assert.Equal("a|$|b|\u3002|c", Pieces("""{"type":"Punctuation"}""", "a$b\u3002c"));

    [Fact]
    public void WhitespaceKeepsWordsAndRunsOfSymbols() =>
        Assert.Equal("ab|!?|c", Pieces("""{"type":"Whitespace"}""", "ab!? c"));

    [Fact]
    public void SequencesSplitThePiecesAgain() =>
        Assert.Equal("a|1|-|b", Pieces("""{"type":"Sequence","pretokenizers":[{"type":"Digits"},{"type":"Split","pattern":"-","behavior":"Isolated"}]}""", "a1-b"));

    [Theory]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"always"}""", "_a|_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"never"}""", "a|_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"always","split":false}""", "_a_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","add_prefix_space":false}""", "a|_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","add_prefix_space":true}""", "_a|_b")]
    public void MetaspaceWritesSpacesAsMarks(string step, string pieces) => Assert.Equal(pieces, Pieces(step, "a b"));

    [Theory]
    [InlineData("first", "_a|<x>|b")]
    [InlineData("always", "_a|<x>|_b")]
    public void OnlyTheBeginningOfTheTextIsFirst(string scheme, string pieces) =>
        Assert.Equal(pieces, Pieces($$"""{"type":"Metaspace","replacement":"_","prepend_scheme":"{{scheme}}"}""", "a<x>b"));

    [Fact]
    public void ByteLevelSplitsAsGpt2Does()
    {
        Tokenizer tokenizer = TinyTokenizer.ByteLevel(["a b", "\u0120 ab", "\u0120 \u0120"]);
        Assert.Equal(["ab", "\u0120", "\u0120ab", "\u0120", "1"], tokenizer.Tokens("ab  ab 1"));
        Assert.Equal(["\u00F0", "\u0141", "\u013C", "\u0122"], tokenizer.Tokens("\U0001F680"));
    }

    [Fact]
    public void ByteLevelMayPutASpaceInFront()
    {
        Tokenizer tokenizer = TinyTokenizer.ByteLevel(["\u0120 a"], """{"pre_tokenizer":{"type":"ByteLevel"}}""");
        Assert.Equal(["\u0120a"], tokenizer.Tokens("a"));
        Assert.Equal(["\u0120a"], tokenizer.Tokens(" a"));
    }

    [Theory]
    [InlineData("""{"type":"UnicodeScripts"}""", "UnicodeScripts")]
    [InlineData("""{"type":"Split","pattern":"a","behavior":"Odd"}""", "Odd")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\p{Klingon}"},"behavior":"Isolated"}""", "Klingon")]
    [InlineData("""{"type":"Metaspace","prepend_scheme":"last"}""", "last")]
    [InlineData("""{"type":"Metaspace","replacement":"ab"}""", "replacement")]
    public void WhatIsNotSupportedIsRefusedByName(string step, string named) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => Pieces(step, "a")).Message, StringComparison.Ordinal);

    private static string Pieces(string step, string text)
    {
        string[] tokens = ["a", "b", "c", "ab", "-", "--", "a-", "b-", "c-", "-b", "-c", "1", "2", "\u0663", "12\u0663", "$", "\u3002", "!?", "_a", "_b", "_a_b"];
        string fields = $$"""{"pre_tokenizer":{{step}},"added_tokens":[{"id":50,"content":"<x>"}]}""";
        return string.Join('|', TinyTokenizer.Of(tokens, [], fields, """{"ignore_merges":true}""").Tokens(text));
    }
}
