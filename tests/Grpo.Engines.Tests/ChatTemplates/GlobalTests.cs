namespace Grpo.Engines.Tests.ChatTemplates;

public class GlobalTests
{
    [Theory]
    [InlineData("%Y-%m-%d", "2026-01-02")]
    [InlineData("%d %b %Y", "02 Jan 2026")]
    [InlineData("%A, %B %-d", "Friday, January 2")]
    [InlineData("%a %e %H:%M:%S %I %p %y", "Fri  2 03:04:05 03 AM 26")]
    [InlineData("%j %U %W %V %G %w %u", "002 00 00 01 2026 5 5")]
    [InlineData("%F %T %D %R %%", "2026-01-02 03:04:05 01/02/26 03:04 %")]
    [InlineData("%c", "Fri Jan  2 03:04:05 2026")]
    public void The_date_is_the_clocks(string format, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ strftime_now('{format}') }}}}"));

    [Theory]
    [InlineData("range(3) | list", "[0, 1, 2]")]
    [InlineData("range(5, 0, -2) | list", "[5, 3, 1]")]
    [InlineData("range(10)[-1] ~ (3 in range(5))", "9True")]
    [InlineData("dict(a=1, b=2)", "{'a': 1, 'b': 2}")]
    [InlineData("dict({'a': 1}, a=2)", "{'a': 2}")]
    [InlineData("namespace({'a': 1}, b=2).b", "2")]
    [InlineData("namespace().x is defined", "False")]
    [InlineData("lipsum is defined", "False")]
    public void A_function_gives_what_Jinja2s_gives(string expression, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ {expression} }}}}"));

    [Fact]
    public void Raise_exception_ends_the_rendering_with_its_own_message() =>
        Assert.Equal("No system role, please: 3", Rendering.Error("x{{ raise_exception('No system role, please: ' ~ 3) }}"));
}
