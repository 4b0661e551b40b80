namespace Grpo.Engines.Tests.ChatTemplates;

public class StatementTests
{
    [Theory]
    [InlineData("{% if n > 3 %}big{% elif n > 1 %}middle{% else %}small{% endif %}", "middle")]
    [InlineData("{% if missing %}a{% elif none %}b{% else %}c{% endif %}", "c")]
    [InlineData("{% if true %}{% set v = 1 %}{% endif %}{{ v }}", "1")]
    [InlineData("{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12")]
    [InlineData("{% set a = 1, %}{{ a }}", "(1,)")]
    [InlineData("{% set (a, (b, c)) = [1, (2, 3)] %}{{ a }}{{ b }}{{ c }}", "123")]
    [InlineData("{% set t %}x{{ n }}{% endset %}{{ t ~ t }}", "x2x2")]
    [InlineData("{% set t | upper | replace('X', 'Y') %}x{{ n }}{% endset %}{{ t }}", "Y2")]
    [InlineData("{% set t %}{% set inner = 1 %}{% endset %}{{ inner is defined }}", "False")]
    [InlineData("{% set ns = namespace(k=1) %}{% set ns.k = ns.k + 1 %}{% set ns.new = 'x' %}{{ ns.k }}{{ ns.new }}", "2x")]
    [InlineData("{% set ns = namespace() %}{% set ns.t %}block{% endset %}{{ ns.t }}", "block")]
    [InlineData("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}", "3False")]
    [InlineData("{% filter upper %}x{{ n }}y{% endfilter %}", "X2Y")]
    [InlineData("{% filter replace('x', 'z') | upper %}xy{% endfilter %}", "ZY")]
    [InlineData("{% generation %}turn{% set inner = 1 %}{% endgeneration %}{{ inner is defined }}", "turnFalse")]
    [InlineData("{% do [n, n] %}x", "x")]
    [InlineData("{% print n %}", "2")]
    [InlineData("{% raw %}{{ n }}{% if %}{% endraw %}", "{{ n }}{% if %}")]
    [InlineData("a{# {{ n }} {% nothing %} #}b", "ab")]
    public void A_statement_renders_as_Jinja2_renders_it(string template, string expected) =>
        Assert.Equal(expected, Rendering.Render(template, """{"n": 2}"""));

    [Theory]
    [InlineData("{% set a, b = [1, 2, 3] %}", "too many values to unpack (expected 2)")]
    [InlineData("{% set a, b = [1] %}", "not enough values to unpack (expected 2, got 1)")]
    [InlineData("{% set a, b = 1 %}", "cannot unpack non-iterable int object")]
    [InlineData("{% set d = {} %}{% set d.x = 1 %}", "cannot assign attribute on non-namespace object")]
    public void An_assignment_that_does_not_fit_is_an_error(string template, string message) =>
        Assert.StartsWith(message, Rendering.Error(template), StringComparison.Ordinal);
}
