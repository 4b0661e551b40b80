using FsCheck;
using FsCheck.Fluent;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.ChatTemplates;

public class SyntaxErrorTests
{
    private static readonly string[] Fragments =
    [
        "{% ", "{%- ", " %}", " -%}", "{{ ", " }}", "{# ", " #}", "for x in l", "endfor", "if ", "elif ", "else", "endif", "set x = ", "endset", "macro m(a)", "endmacro",
        "call m()", "endcall", "filter upper", "endfilter", "raw", "endraw", "break", "x", "l", "'a'", "1", "2.5", "[", "]", "(", ")", "{", "}", "|", "upper", "join", " is ", "defined",
        " not ", " in ", " and ", " if ", " else ", "~", "+", "*", "**", "-", ".", ",", ":", "=", "==", "\n", "  ", "\\", "é", "loop", "range(9)", "namespace()",
    ];

    [Theory]
    [InlineData("a\nb\n{{ 1 + }}", "expected an expression, got end of print statement (chat template, line 3)")]
    [InlineData("{% if true %}\n", "expected 'elif' or 'else' or 'endif', got end of template (chat template, line 1)")]
    [InlineData("\n{% endif %}", "encountered unknown tag 'endif' (chat template, line 2)")]
    [InlineData("{% include 'x' %}", "encountered unknown tag 'include' (chat template, line 1)")]
    [InlineData("{{ (1 }}", "unexpected '}', expected ')' (chat template, line 1)")]
    [InlineData("{{ a b }}", "expected end of print statement, got 'b' (chat template, line 1)")]
    [InlineData("{{ $ }}", "unexpected character '$' (chat template, line 1)")]
    [InlineData("{{ 1", "unexpected end of template inside a tag (chat template, line 1)")]
    [InlineData("{# x", "missing end of comment tag (chat template, line 1)")]
    [InlineData("{% raw %} x", "missing end of raw directive (chat template, line 1)")]
    [InlineData("{% set none = 1 %}", "can't assign to 'none' (chat template, line 1)")]
    [InlineData("{% macro m(a=1, b) %}{% endmacro %}", "non-default argument follows default argument (chat template, line 1)")]
    [InlineData("{{ m(a=1, 2) }}", "invalid syntax for function call expression (chat template, line 1)")]
    [InlineData("{{ 3 is odd is true }}", "You cannot chain multiple tests with is (chat template, line 1)")]
    [InlineData("{% call x %}{% endcall %}", "expected call (chat template, line 1)")]
    [InlineData("{{ '\\xZZ' }}", "a character escape is truncated or names no character (chat template, line 1)")]
    public void A_template_that_is_not_well_formed_is_refused_with_its_line(string template, string message) =>
        Assert.Equal(message, Rendering.Error(template));

    [Fact]
    public void A_failure_while_rendering_names_its_line() =>
        Assert.Equal("'missing' is undefined (chat template, line 3)", Rendering.Error("a\n{{ 1 }}\n{{ missing.x }}"));

    [Fact]
    public void Whatever_the_text_a_template_renders_or_ends_with_a_template_error() =>
        Prop.ForAll(Gen.Elements(Fragments).ListOf().Select(string.Concat).ToArbitrary(), template => RendersOrIsRefused(template)).QuickCheckThrowOnFailure();

    private static bool RendersOrIsRefused(string template)
    {
        try
        {
            return Rendering.Render(template, """{"l": [1, "a", null], "x": {"k": 1}}""") is not null;
        }
        catch (ChatTemplateException exception)
        {
            return exception.Message.Length > 0;
        }
    }
}
