namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>What stands after <c>is</c>.</summary>
public class TypeTestTests
{
    [Theory]
    [InlineData("x is defined")]
    [InlineData("missing is undefined")]
    [InlineData("missing is not defined")]
    [InlineData("none is none")]
    [InlineData("missing is not none")]
    [InlineData("'a' is string")]
    [InlineData("{} is mapping")]
    [InlineData("[] is not mapping")]
    [InlineData("[] is iterable and 'a' is iterable and missing is iterable")]
    [InlineData("5 is not iterable")]
    [InlineData("[] is sequence and {} is sequence and 'a' is sequence")]
    [InlineData("{}.items() is not sequence")]
    [InlineData("true is boolean and 1 is not boolean")]
    [InlineData("true is true and 1 is not true")]
    [InlineData("false is false and 0 is not false")]
    [InlineData("1 is number and 1.5 is number and true is number and '1' is not number")]
    [InlineData("1 is integer and true is not integer and 1.0 is not integer")]
    [InlineData("1.0 is float and 1 is not float")]
    [InlineData("3 is odd and 4 is even")]
    [InlineData("9 is divisibleby 3 and 9 is not divisibleby(2)")]
    [InlineData("3 is eq 3 and 3 is equalto(3) and 3 is ne 4")]
    [InlineData("3 is gt 2 and 3 is ge 3 and 2 is lt 3 and 3 is le 3")]
    [InlineData("3 is greaterthan 2 and 2 is lessthan 3")]
    [InlineData("3 is in [1, 3] and 5 is not in [1, 3]")]
    [InlineData("none is sameas none and 1 is not sameas true")]
    [InlineData("'ab' is lower and 'AB' is upper and 'aB' is not lower")]
    [InlineData("range is callable and 'a'.split is callable and 'a' is not callable")]
    [InlineData("'upper' is filter and 'nothing' is not filter")]
    [InlineData("'odd' is test and 'nothing' is not test")]
    [InlineData("'a' | e is escaped and 'a' is not escaped")]
    [InlineData("not 3 is even")]
    public void A_test_holds_where_Jinja2s_holds(string expression) => Assert.Equal("True", Rendering.Render($"{{{{ {expression} }}}}", """{"x": 1}"""));

    [Fact]
    public void An_unknown_test_is_an_error() => Assert.StartsWith("No test named 'nothing'.", Rendering.Error("{{ 1 is nothing }}"), StringComparison.Ordinal);
}
