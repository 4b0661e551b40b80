namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>Whitespace control with trim_blocks and lstrip_blocks on and keep_trailing_newline off.</summary>
public class WhitespaceTests
{
    [Theory]
    [InlineData("a\n  {% if true %}\n  b\n  {% endif %}\nc", "a\n  b\nc")]
    [InlineData("a\n  {%- if true -%}\n  b\n  {%- endif -%}\nc", "abc")]
    [InlineData("a\n  {%+ if true %}\n  b\n  {%+ endif %}\nc", "a\n    b\n  c")]
    [InlineData("a\n  {% if true +%}\n  b\n  {% endif +%}\nc", "a\n\n  b\n\nc")]
    [InlineData("a  {% if true %}  b  {% endif %}  c", "a    b    c")]
    [InlineData("a{% if true %}\n\nb{% endif %}", "a\nb")]
    [InlineData("  {{ 1 }}  \n  {{- 2 -}}  \n x", "  12x")]
    [InlineData("a\n   {# note #}\nb", "a\nb")]
    [InlineData("a   {#- note -#}   b", "ab")]
    [InlineData("{{ 1 }}\n", "1")]
    [InlineData("{{ 1 }}\n\n", "1\n")]
    [InlineData("x\r\n{% if true %}\r\ny\rz\r\n{% endif %}\r\n", "x\ny\nz\n")]
    [InlineData("\t{% if true %}\n\tx\n\t{% endif %}", "\tx\n")]
    [InlineData("{%- raw -%}  {{ x }}  {%- endraw -%}  y", "{{ x }}y")]
    [InlineData("a\n  {% raw %}\n b\n  {% endraw %}\nc", "a\n\n b\nc")]
    [InlineData("{{- '\\n' -}}", "\n")]
    public void White_space_around_tags_is_kept_or_dropped_as_Jinja2_does(string template, string expected) =>
        Assert.Equal(expected, Rendering.Render(template));

    [Theory]
    [InlineData("{{ '}}' }}{{ '%}' }}", "}}%}")]
    [InlineData("{{ {'a': {'b': 1}} }}", "{'a': {'b': 1}}")]
    [InlineData("x }} y %} z #} { {a} w", "x }} y %} z #} { {a} w")]
    [InlineData("{%\n if\n true\n %}x{% endif %}", "x")]
    public void Delimiters_count_only_where_they_stand_alone(string template, string expected) => Assert.Equal(expected, Rendering.Render(template));
}
