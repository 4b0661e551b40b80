using System.Text.Json.Nodes;
using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.ChatTemplates;

public class ChatTemplateTests
{
    private const string Simple = "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ '<assistant>' if add_generation_prompt }}";

    [Fact]
    public void Messages_render_with_the_opening_of_the_answer_when_asked()
    {
        var template = ChatTemplate.Parse(Simple, Rendering.Clock, new Dictionary<string, string> { ["bos_token"] = "<s>" });

        Assert.Equal("<s><user>Hi<assistant>", template.Render(Request()));
        Assert.Equal("<s><user>Hi", template.Render(Request() with { AddGenerationPrompt = false }));
    }

    [Fact]
    public void Tools_and_documents_are_None_when_there_are_none() =>
        Assert.Equal("NoneNone", Rendering.Render("{{ tools }}{{ documents }}"));

    [Fact]
    public void Arguments_come_before_special_tokens_and_after_the_messages()
    {
        var template = ChatTemplate.Parse("{{ bos_token }}{{ enable_thinking }}{{ messages | length }}", Rendering.Clock, new Dictionary<string, string> { ["bos_token"] = "<s>" });
        var arguments = new JsonObject { ["bos_token"] = "<x>", ["enable_thinking"] = false, ["messages"] = "none" };

        Assert.Equal("<x>False1", template.Render(Request() with { TemplateArguments = arguments }));
    }

    [Fact]
    public void One_template_renders_for_many_threads_at_once()
    {
        var template = ChatTemplate.Parse("{% macro m(x) %}{{ x }},{% endmacro %}{% set ns = namespace(k=0) %}{% for i in range(50) %}{% set ns.k = ns.k + n %}{{ m(ns.k) }}{% endfor %}", Rendering.Clock);
        string Render(int n) => template.Render(new ChatRequest { Messages = [], TemplateArguments = new JsonObject { ["n"] = n } });
        var alone = Enumerable.Range(0, 64).Select(Render).ToArray();

        var together = new string[alone.Length];
        Parallel.For(0, together.Length, i => together[i] = Render(i));

        Assert.Equal(alone, together);
    }

    [Fact]
    public void A_request_can_be_rendered_again()
    {
        var template = ChatTemplate.Parse(Simple, Rendering.Clock);
        var request = Request();

        Assert.Equal(template.Render(request), template.Render(request));
    }

    private static ChatRequest Request() => new() { Messages = [new JsonObject { ["role"] = "user", ["content"] = "Hi" }] };
}
