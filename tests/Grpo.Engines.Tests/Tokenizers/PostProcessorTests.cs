using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

public sealed class PostProcessorTests
{
    private const string Template = """
        {"type":"TemplateProcessing",
         "single":[{"SpecialToken":{"id":"[B]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[E]","type_id":0}}],
         "special_tokens":{"[B]":{"id":"[B]","ids":[7,8],"tokens":["x","y"]},"[E]":{"id":"[E]","ids":[9],"tokens":["z"]}}}
        """;

    [Fact]
    public void TheTemplatesTokensAreAddedOnlyWhenWanted()
    {
        Tokenizer tokenizer = With(Template);
        Assert.Equal([7, 8, 0, 9], tokenizer.Encode("a", addSpecialTokens: true));
        Assert.Equal([7, 8, 9], tokenizer.Encode("", addSpecialTokens: true));
        Assert.Equal([0], tokenizer.Encode("a", addSpecialTokens: false));
    }

    [Fact]
    public void SequencesWrapFromTheInside() => Assert.Equal(
        [7, 8, 7, 8, 0, 9, 9],
        With($$"""{"type":"Sequence","processors":[{"type":"ByteLevel"},{{Template}},{{Template}}]}""").Encode("a", addSpecialTokens: true));

    [Theory]
    [InlineData("""{"type":"BertProcessing"}""", "BertProcessing")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[B]"}},{"Sequence":{}}],"special_tokens":{}}""", "[B]")]
    [InlineData("""{"type":"TemplateProcessing","single":[]}""", "without the text")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{}},{"Sequence":{}}]}""", "repeats the text")]
    public void WhatIsNotSupportedIsRefusedByName(string processor, string named) =>
        Assert.Contains(named, Assert.Throws<ModelLoadException>(() => With(processor)).Message, StringComparison.Ordinal);

    private static Tokenizer With(string processor) => TinyTokenizer.Of(["a"], [], $$"""{"post_processor":{{processor}}}""");
}
