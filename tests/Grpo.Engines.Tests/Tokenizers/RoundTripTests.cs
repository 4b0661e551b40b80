using FsCheck;
using FsCheck.Fluent;
using Grpo.Engines.Tokenizers;
using Grpo.Testing;
using TestData = Grpo.Testing.TestData;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>Any text comes back from its tokens.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void OfByteLevelTokens() => ComesBack(TinyTokenizer.ByteLevel(["\u0120 a", "a b", "\u00E2 \u0124", "\u0120 \u0120"]));

    [Fact]
    public void OfDigitsAndByteLevelTokens() => ComesBack(TinyTokenizer.ByteLevel(
        ["\u0120 a"],
        """{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false}]},"decoder":{"type":"ByteLevel"}}"""));

    [ConformanceTheory("tokenizers/gpt2/tokenizer.json")]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    [InlineData("llama3.2")]
    public void OfRealTokenizers(string name) => ComesBack(Tokenizer.Load(TestData.Path($"tokenizers/{name}")));

    [Fact]
    public void HalvesOfSurrogatePairsBecomeReplacementCharacters()
    {
        Tokenizer tokenizer = TinyTokenizer.ByteLevel([]);
        Assert.Equal("a\uFFFDb\uFFFD", tokenizer.Decode(tokenizer.Encode("a\uDC00b\uD800", addSpecialTokens: false), skipSpecialTokens: false));
    }

    /// <summary>Many threads share the cache of words; each must get what one thread alone gets.</summary>
    [Fact]
    public void FromManyThreads()
    {
        string[] words = [.. Enumerable.Range(0, 50_000).Select(n => $"w{n * 7919 % 60_000} ab")];
        const string Fields = """{"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"decoder":{"type":"ByteLevel"}}""";
        Tokenizer shared = TinyTokenizer.ByteLevel(["a b", "1 2"], Fields), alone = TinyTokenizer.ByteLevel(["a b", "1 2"], Fields);
        int[][] together = new int[words.Length][];
        Parallel.For(0, words.Length, i => together[i] = shared.Encode(words[i], addSpecialTokens: false));
        Assert.All(words.Zip(together), pair => Assert.Equal(alone.Encode(pair.First, addSpecialTokens: false), pair.Second));
    }

    private static void ComesBack(Tokenizer tokenizer) => Check.QuickThrowOnFailure(Prop.ForAll(AnyText.Generator.ToArbitrary(), text =>
    {
        string decoded = tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false, parseSpecial: false), skipSpecialTokens: false);
        return decoded == text;
    }));
}
