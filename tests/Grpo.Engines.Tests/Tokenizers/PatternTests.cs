using System.Text.Json;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>The regular expressions of Split, seen through the pieces they isolate.</summary>
public sealed class PatternTests
{
    /// <summary>The pattern of Llama-3, whose alternatives cover every text.</summary>
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData("It'S 12345 ok", "It|'S| |123|45| ok")]
    [InlineData("a  b \n\n c", "a| | b| \n\n| c")]
    [InlineData("x!!\n y   ", "x|!!\n| y|   ")]
    [InlineData("\U0001D44E\U0001D44F1", "\U0001D44E\U0001D44F|1")]
    [InlineData("a\u0085b", "a|\u0085b")]
    public void Llama3SplitsWords(string text, string pieces) => Assert.Equal(pieces, Pieces(Llama3, text));

    [Theory]
    [InlineData("a+?b", "aab", "aab")]
    [InlineData("a{2}", "aaaaa", "aa|aa|a")]
    [InlineData("a{2,3}?", "aaaaa", "aa|aa|a")]
    [InlineData("a{,2}b", "aaab", "a|aab")]
    [InlineData("a{x", "aa{x", "a|a{x")]
    [InlineData("a++a", "aaa", "aaa")]
    [InlineData("(?>a|ab)c", "abc", "abc")]
    [InlineData("(?:ab|a)c", "acabc", "ac|abc")]
    [InlineData("(ab)+", "xababx", "x|abab|x")]
    [InlineData("(?:ab)*?x", "ababx", "ababx")]
    [InlineData("(?:a|b){2}", "abba", "ab|ba")]
    [InlineData("a(?=b)", "aab", "a|a|b")]
    [InlineData("(?<=a)b", "bab", "ba|b")]
    [InlineData("(?<!a)b", "abb", "ab|b")]
    [InlineData("(?i)\u00E9|k", "\u00C9x\u212A", "\u00C9|x|\u212A")]
    [InlineData("(?i:a)b", "AbaB", "Ab|aB")]
    [InlineData("[^a-c]", "adb", "a|d|b")]
    [InlineData("[[a-c][x]]+", "1axb1", "1|axb|1")]
    [InlineData(@"[\p{Lu}\d]+", "aB1c", "a|B1|c")]
    [InlineData(@"\P{L}", "a1b", "a|1|b")]
    [InlineData(@"\p{^L}", "a1b", "a|1|b")]
    [InlineData(@"\p{Han}+", "a\u4E00\u4E8Cb", "a|\u4E00\u4E8C|b")]
    [InlineData(@"\x{1F680}|\u0041", "a\U0001F680A", "a|\U0001F680|A")]
    [InlineData(@"[\-\]]", "a-]", "a|-|]")]
    [InlineData(@"\bb", "b ab", "b| ab")]
    [InlineData(@"\Bb", "b ab", "b a|b")]
    [InlineData(@"^a|b$", "ab\naba", "a|b|\n|a|ba")]
    [InlineData(@"\Aa|a\z", "aba", "a|b|a")]
    [InlineData(".", "a\n", "a|\n")]
    public void TheSyntaxMeansWhatItSays(string pattern, string text, string pieces) => Assert.Equal(pieces, Pieces(pattern, text));

    [Theory]
    [InlineData("(a", "unclosed group")]
    [InlineData("a)", "without an opening one")]
    [InlineData("[a", "unclosed class")]
    [InlineData("*a", "repetition of nothing")]
    [InlineData("a{1001}", "over 1000")]
    [InlineData(@"(a)\1", @"\1")]
    [InlineData("(?<name>a)", "group")]
    [InlineData("(?<=ab)c", "looks behind")]
    [InlineData("[a&&b]", "intersection")]
    [InlineData("[[:alpha:]]", "POSIX")]
    [InlineData("[b-a]", "backwards")]
    public void WhatIsNotSupportedIsRefusedByName(string pattern, string named) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => Pieces(pattern, "a")).Message, StringComparison.Ordinal);

    /// <summary>Every part of the text is a token and merges are ignored, so each piece is one token.</summary>
    private static string Pieces(string pattern, string text)
    {
        string split = $$"""{"type":"Split","pattern":{"Regex":{{JsonSerializer.Serialize(pattern)}}},"behavior":"Isolated"}""";
        IEnumerable<string> parts = Enumerable.Range(0, text.Length).SelectMany(start => Enumerable.Range(1, text.Length - start).Select(length => text.Substring(start, length)));
        string[] whole = [.. parts.Where(part => !char.IsLowSurrogate(part[0]) && !char.IsHighSurrogate(part[^1])).Distinct()];
        return string.Join('|', TinyTokenizer.Of(whole, [], $$"""{"pre_tokenizer":{{split}}}""", """{"ignore_merges":true}""").Tokens(text));
    }
}
