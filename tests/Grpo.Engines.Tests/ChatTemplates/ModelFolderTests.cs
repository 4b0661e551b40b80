using System.Text.Json.Nodes;
using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>Templates and special tokens as model folders hold them.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("chat-template");

    [Fact]
    public void A_folder_without_a_template_has_none()
    {
        Assert.Null(ChatTemplate.Load(_folder.FullName, Rendering.Clock));

        Write("tokenizer_config.json", """{"bos_token": "<s>"}""");

        Assert.Null(ChatTemplate.Load(_folder.FullName, Rendering.Clock));
    }

    [Fact]
    public void The_template_file_comes_before_the_configuration()
    {
        Write("tokenizer_config.json", """{"chat_template": "configured", "eos_token": "</s>"}""");

        Assert.Equal("configured", Rendered());

        Write("chat_template.jinja", "file{{ eos_token }}\n");

        Assert.Equal("file</s>", Rendered());
    }

    [Fact]
    public void Special_tokens_are_texts_or_objects_and_may_stand_in_their_own_file()
    {
        Write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ unk_token is defined }}{{ add_bos_token is defined }}{{ additional_special_tokens }}");
        Write("tokenizer_config.json", """{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "unk_token": null, "add_bos_token": true}""");
        Write("special_tokens_map.json", """{"eos_token": "<other>", "pad_token": {"content": "<pad>"}, "additional_special_tokens": ["<a>", {"content": "<b>"}]}""");

        Assert.Equal("<s></s><pad>FalseFalse['<a>', '<b>']", Rendered());
    }

    [Fact]
    public void Of_named_templates_the_one_for_tools_is_taken_when_tools_are_given()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools {{ tools | length }}"}]}""");

        Assert.Equal("plain", Rendered());
        Assert.Equal("tools 1", Rendered(new JsonArray(new JsonObject())));
    }

    [Fact]
    public void A_template_for_tools_may_stand_beside_the_template_file()
    {
        Write("chat_template.jinja", "plain");
        _folder.CreateSubdirectory("additional_chat_templates");
        Write(Path.Combine("additional_chat_templates", "tool_use.jinja"), "tools");

        Assert.Equal("plain", Rendered());
        Assert.Equal("tools", Rendered([]));
    }

    [Fact]
    public void Named_templates_without_a_default_need_tools()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "tools"}]}""");

        Assert.Equal("tools", Rendered([]));
        Assert.Contains("'default'", Assert.Throws<ChatTemplateException>(() => Rendered()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"chat_template": 5}""")]
    [InlineData("""{"chat_template": [{"name": 1}]}""")]
    [InlineData("""{"chat_template": "{% if %}"}""")]
    public void A_configuration_that_cannot_be_read_is_a_template_error(string config)
    {
        Write("tokenizer_config.json", config);

        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Load(_folder.FullName, Rendering.Clock));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private string Rendered(JsonArray? tools = null) => ChatTemplate.Load(_folder.FullName, Rendering.Clock)!.Render(new ChatRequest { Messages = [], Tools = tools });
}
