namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>A template is a file somebody supplied: whatever it does, the rendering ends soon and in order.</summary>
public class LimitTests
{
    private const string Steps = "the rendering takes more than 5000000 evaluation steps";
    private const string Characters = "a text is longer than 8000000 characters";
    private const string Depth = "expressions, statements or values are nested too deep";

    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", Steps)]
    [InlineData("{% for i in range(100000) %}{{ 100001 in range(100000) }}{% endfor %}", Steps)]
    [InlineData("{% set a = 'a' * 8000000 %}{% for i in range(100000) %}{% set b = a | trim %}{% endfor %}", Steps)]
    [InlineData("{% set a = 'a' * 8000000 %}{% set b = 'a' * 8000000 %}{% for i in range(100000) %}{% set c = a == b %}{% endfor %}", Steps)]
    [InlineData("{% set n = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}", Steps)]
    [InlineData("{% for i in range(100000) %}{% set x = range(100000) | sort(reverse=true) | first %}{% endfor %}", Steps)]
    [InlineData("{{ range(100001) }}", "a range has more than 100000 elements")]
    [InlineData("{{ [1] * 1000000 }}", "a list is longer than 100000 elements")]
    [InlineData("{{ [1] | batch(1000000, 0) | list }}", "a list is longer than 100000 elements")]
    [InlineData("{{ 'a' * 9000000 }}", Characters)]
    [InlineData("{% set n = namespace(s='a') %}{% for i in range(30) %}{% set n.s = n.s ~ n.s %}{% endfor %}", Characters)]
    [InlineData("{% set a = 'a' * 10000 %}{{ a.replace('a', a) }}", Characters)]
    [InlineData("{% set a = 'a' * 10000 %}{{ a | list | join(a) }}", Characters)]
    [InlineData("{% for i in range(9) %}{{ 'a' * 1000000 }}{% endfor %}", Characters)]
    [InlineData("{{ 'a'.ljust(900000000) }}", Characters)]
    [InlineData("{{ ('\\n' * 10000) | indent(10000) }}", Characters)]
    [InlineData("{{ '%900000000d' % 1 }}", "a format field is wider or has more digits than 100000")]
    [InlineData("{{ '{:.900000000f}'.format(1.5) }}", "a format field is wider or has more digits than 1100")]
    [InlineData("{{ 7 ** (7 ** 7) }}", "an integer has more than 4096 bits")]
    [InlineData("{% set n = namespace(k=3) %}{% for i in range(30) %}{% set n.k = n.k * n.k %}{% endfor %}", "an integer has more than 4096 bits")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "calls are nested more than 200 deep")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "calls are nested more than 200 deep")]
    [InlineData("{% set n = namespace(x=[]) %}{% for i in range(100000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}", Depth)]
    [InlineData("{% set n = namespace(x=[]) %}{% for i in range(100000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x | tojson }}", Depth)]
    [InlineData("{% set n = namespace(x=()) %}{% for i in range(100000) %}{% set n.x = (n.x,) %}{% endfor %}{{ {n.x: 1} }}", Depth)]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(100000) %}{% set n.x = n.x | select %}{% endfor %}{{ n.x | list }}", Depth)]
    public void A_rendering_that_goes_beyond_a_limit_ends_with_its_name(string template, string message) =>
        Assert.StartsWith(message, Rendering.Error(template), StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "-", "1", "", " }}")]
    [InlineData("{{ 1", " + 1", "", "", " }}")]
    [InlineData("{{ 'a'", " | upper", "", "", " }}")]
    [InlineData("", "{% if true %}", "x", "{% endif %}", "")]
    [InlineData("{% macro a() %}{% endmacro %}", "{% call a() %}", "x", "{% endcall %}", "")]
    [InlineData("{% filter upper", " | upper", " %}x", "", "{% endfilter %}")]
    [InlineData("{% set ", "(", "x", ")", " = 1 %}")]
    public void Nesting_beyond_the_stack_is_an_error_and_no_crash(string head, string open, string middle, string close, string tail)
    {
        var template = head + string.Concat(Enumerable.Repeat(open, 50_000)) + middle + string.Concat(Enumerable.Repeat(close, 50_000)) + tail;

        var message = "";
        var small = new Thread(() => message = Rendering.Error(template), 1024 * 1024);
        small.Start();
        small.Join();

        Assert.StartsWith(Depth, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_conversation_is_far_from_the_limits()
    {
        const string Template = "{% for m in l %}{% if m is string and loop.index0 % 2 == 0 %}<|user|>{{ m | trim }}{% else %}<|assistant|>{{ m.split('</think>')[-1].strip() }}{% endif %}{% endfor %}";
        var messages = string.Join(',', Enumerable.Repeat($"\"{new string('x', 5_000)}\"", 1_000));

        Assert.Equal((500 * "<|user|>".Length) + (500 * "<|assistant|>".Length) + 5_000_000, Rendering.Render(Template, $"{{\"l\": [{messages}]}}").Length);
    }
}
