using System.Text.Json.Nodes;
using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>What model families do to a conversation on its way to the prompt, each in a template of our own.</summary>
public class ModelHabitTests
{
    [Fact]
    public void Reasoning_of_earlier_turns_is_dropped_and_switched_off_reasoning_leaves_an_empty_block()
    {
        const string Template = """
            {%- for m in messages %}
            {%- set content = m.content.split('</think>')[-1].lstrip('\n') if m.role == 'assistant' and not loop.last else m.content %}
            {{- '<' ~ m.role ~ '>' ~ content }}
            {%- endfor %}
            {%- if add_generation_prompt %}
            {{- '<assistant>' }}
            {%- if enable_thinking is defined and enable_thinking is false %}
            {{- '<think>\n\n</think>\n\n' }}
            {%- endif %}
            {%- endif %}
            """;
        var request = Conversation(("user", "1+1?"), ("assistant", "<think>\neasy\n</think>\n\n2"), ("user", "2+2?"));

        Assert.Equal("<user>1+1?<assistant>2<user>2+2?<assistant>", Render(Template, request));
        Assert.Equal(
            "<user>1+1?<assistant>2<user>2+2?<assistant><think>\n\n</think>\n\n",
            Render(Template, request with { TemplateArguments = new JsonObject { ["enable_thinking"] = false } }));
    }

    [Theory]
    [InlineData("system user", "System role not supported")]
    [InlineData("user user", "Roles must alternate")]
    [InlineData("user assistant user", null)]
    public void A_template_refuses_roles_its_model_does_not_know(string roles, string? message)
    {
        const string Template = """
            {%- if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
            {%- for m in messages %}
            {%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}
            {%- endfor %}ok
            """;
        var request = Conversation([.. roles.Split(' ').Select(role => (role, "x"))]);

        Assert.Equal(message ?? "ok", message is null ? Render(Template, request) : Assert.Throws<ChatTemplateException>(() => Render(Template, request)).Message);
    }

    [Fact]
    public void The_date_is_injected_from_the_clock_unless_it_is_given()
    {
        const string Template = "{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}Today: {{ date_string }}";

        Assert.Equal("Today: 02 Jan 2026", Rendering.Render(Template));
        Assert.Equal("Today: 26 Jul 2024", Rendering.Render(Template, """{"date_string": "26 Jul 2024"}"""));
    }

    [Fact]
    public void Content_is_trimmed_so_a_turn_rendered_again_may_differ_from_what_was_sampled() =>
        Assert.Equal("<assistant>yes", Render("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}", Conversation(("assistant", " yes \n"))));

    [Fact]
    public void The_last_question_is_found_by_walking_backwards_through_a_namespace()
    {
        const string Template = """
            {%- set ns = namespace(last=-1) %}
            {%- for m in messages[::-1] %}
            {%- set index = (messages | length - 1) - loop.index0 %}
            {%- if ns.last < 0 and m.role == 'user' and not (m.content.startswith('<tool>') and m.content.endswith('</tool>')) %}
            {%- set ns.last = index %}
            {%- endif %}
            {%- endfor %}
            {{- ns.last }}
            """;

        Assert.Equal("2", Render(Template, Conversation(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"), ("user", "<tool>e</tool>"))));
    }

    [Fact]
    public void Content_in_parts_is_told_from_content_in_one_piece()
    {
        const string Template = "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content if p.type == 'text' %}{{ p.text }}{% endfor %}{% endif %}{% endfor %}";
        var parts = JsonNode.Parse("""{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "parts"}]}""")!.AsObject();

        Assert.Equal("parts", Render(Template, new ChatRequest { Messages = [parts] }));
        Assert.Equal("piece", Render(Template, Conversation(("user", "piece"))));
    }

    private static string Render(string template, ChatRequest request) => ChatTemplate.Parse(template, Rendering.Clock).Render(request);

    private static ChatRequest Conversation(params (string Role, string Content)[] turns) =>
        new() { Messages = [.. turns.Select(turn => new JsonObject { ["role"] = turn.Role, ["content"] = turn.Content })] };
}
