namespace Grpo.Engines.Tests.ChatTemplates;

public class LoopTests
{
    private const string Variables = """{"l": [3, 1, 2], "d": {"b": 1, "a": 2}, "empty": [], "users": [{"name": "Ann", "on": true}, {"name": "Bo", "on": false}]}""";

    [Theory]
    [InlineData("{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}", "1032 2121 3210 ")]
    [InlineData("{% for x in l %}{{ loop.first }}{{ loop.last }} {% endfor %}", "TrueFalse FalseFalse FalseTrue ")]
    [InlineData("{% for x in l %}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}", "310310310")]
    [InlineData("{% for x in l %}[{{ loop.previtem }}{{ loop.nextitem }}]{% endfor %}", "[1][32][1]")]
    [InlineData("{% for x in l %}{{ loop.previtem is defined }} {% endfor %}", "False True True ")]
    [InlineData("{% for x in l %}{{ loop.cycle('odd', 'even') }} {% endfor %}", "odd even odd ")]
    [InlineData("{% for x in [1, 1, 2] %}{{ loop.changed(x) }} {% endfor %}", "True False True ")]
    [InlineData("{% for x in l if x > 1 %}{{ x }}{{ loop.index }}{{ loop.last }} {% endfor %}", "31False 22True ")]
    [InlineData("{% for x in l if x > 9 %}{{ x }}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for x in empty %}{{ x }}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for x in missing %}{{ x }}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "b=1;a=2;")]
    [InlineData("{% for k, (a, b) in [(1, (2, 3))] %}{{ k }}{{ a }}{{ b }}{% endfor %}", "123")]
    [InlineData("{% for k in d %}{{ k }}{% endfor %}", "ba")]
    [InlineData("{% for c in 'a😀b' %}{{ c }}|{% endfor %}", "a|😀|b|")]
    [InlineData("{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "3")]
    [InlineData("{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "32")]
    [InlineData("{% for x in l %}{% for y in l %}{% break %}{% endfor %}{{ x }}{% endfor %}", "312")]
    [InlineData("{% for x in l %}{% if x == 3 %}{% break %}{% endif %}{% else %}none{% endfor %}", "")]
    [InlineData("{% for x in [1, [2, [3]]] recursive %}{{ x if x is number else '<' ~ loop(x) ~ '>' }}{% endfor %}", "1<2<3>>")]
    [InlineData("{% for x in [[1]] recursive %}{{ loop.depth }}{{ loop(x) if x is iterable }}{% endfor %}", "12")]
    public void A_loop_renders_as_Jinja2_renders_it(string template, string expected) => Assert.Equal(expected, Rendering.Render(template, Variables));

    [Theory]
    [InlineData("{% set q = 0 %}{% for x in l %}{% set q = q + x %}{{ q }}{% endfor %}{{ q }}", "3120")]
    [InlineData("{% for x in l %}{% set q = x %}{% endfor %}{{ q is defined }}{{ loop is defined }}", "FalseFalse")]
    [InlineData("{% set ns = namespace(q=0) %}{% for x in l %}{% set ns.q = ns.q + x %}{% endfor %}{{ ns.q }}", "6")]
    public void What_a_pass_sets_is_gone_after_it_unless_a_namespace_holds_it(string template, string expected) =>
        Assert.Equal(expected, Rendering.Render(template, Variables));

    [Fact]
    public void The_condition_of_a_loop_is_asked_when_its_element_is_due()
    {
        const string Template = "{% set ns = namespace(found=false) %}{% for u in users if not ns.found %}{{ u.name }}{% set ns.found = true %}{% endfor %}";

        Assert.Equal("Ann", Rendering.Render(Template, Variables));
    }

    [Fact]
    public void A_joiner_is_silent_once_and_a_cycler_goes_round()
    {
        Assert.Equal("3;1;2", Rendering.Render("{% set j = joiner(';') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}", Variables));
        Assert.Equal("abab", Rendering.Render("{% set c = cycler('a', 'b') %}{% for x in l %}{{ c.next() }}{% endfor %}{{ c.current }}", Variables));
    }

    [Theory]
    [InlineData("{% for x in none %}{% endfor %}", "'NoneType' object is not iterable")]
    [InlineData("{% for x in 5 %}{% endfor %}", "'int' object is not iterable")]
    [InlineData("{% for x in l %}{{ loop(l) }}{% endfor %}", "The loop must have the 'recursive' marker to be called recursively.")]
    [InlineData("{% for x in l %}{{ loop.cycle() }}{% endfor %}", "no items for cycling given")]
    public void A_loop_over_what_cannot_be_iterated_is_an_error(string template, string message) =>
        Assert.StartsWith(message, Rendering.Error(template, Variables), StringComparison.Ordinal);
}
