using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

public sealed class ModelTokenizerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("grpo-tokenizer-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void MessagesAreRenderedAndEncoded()
    {
        ModelTokenizer tokenizer = Load("{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}");
        string text = tokenizer.RenderChat(Question);
        Assert.Equal("<user>ab", text);
        Assert.Equal([2, 0, 1], tokenizer.Encode(text, addSpecialTokens: false));
        Assert.Equal("ab", tokenizer.Decode([2, 0, 1], skipSpecialTokens: true));
        Assert.Equal("<user>", tokenizer.TokenOf(2));
    }

    [Fact]
    public void WithoutATemplateMessagesAreRefused() =>
        Assert.Throws<ChatTemplateException>(() => Load(template: null).RenderChat(Question));

    [Fact]
    public void ADamagedTemplateIsALoadError() =>
        Assert.Contains("chat template", Assert.Throws<ModelLoadException>(() => Load("{% for %}")).Message, StringComparison.Ordinal);

    private static ChatRequest Question => new() { Messages = [new() { ["role"] = "user", ["content"] = "ab" }] };

    private ModelTokenizer Load(string? template)
    {
        const string Json = """{"added_tokens":[{"id":2,"content":"<user>","special":true}],"decoder":{"type":"Fuse"},"model":{"vocab":{"a":0,"b":1},"merges":[]}}""";
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer.json"), Json);
        if (template is not null) File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), template);
        return ModelTokenizer.Load(_folder.FullName, TimeProvider.System);
    }
}
