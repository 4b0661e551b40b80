namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>str() and repr() of values.</summary>
public class PythonTextTests
{
    [Theory]
    [InlineData("true", "True")]
    [InlineData("none", "None")]
    [InlineData("[1, 'a', none, 1.0]", "[1, 'a', None, 1.0]")]
    [InlineData("(1,)", "(1,)")]
    [InlineData("()", "()")]
    [InlineData("{'a': 1, 2: [true]}", "{'a': 1, 2: [True]}")]
    [InlineData("{1: 'a', true: 'b', 1.0: 'c'}", "{1: 'c'}")]
    [InlineData("{'a': 1}.items()", "dict_items([('a', 1)])")]
    [InlineData("{'a': 1}.keys()", "dict_keys(['a'])")]
    [InlineData("range(3)", "range(0, 3)")]
    [InlineData("[\"it's\"]", "[\"it's\"]")]
    [InlineData("['a\\n\\t\\\\']", @"['a\n\t\\']")]
    [InlineData("['\\x7f\\u200bé']", @"['\x7f\u200bé']")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("1e16", "1e+16")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("1.5e300", "1.5e+300")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("1 / 3", "0.3333333333333333")]
    [InlineData("missing", "")]
    [InlineData("[missing]", "[Undefined]")]
    public void A_value_prints_as_Python_prints_it(string expression, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("'{} {}'.format(1, 'a')", "1 a")]
    [InlineData("'{1}{0}{a!r}'.format(1, 2, a='x')", "21'x'")]
    [InlineData("'{:>5}|{:<5}|{:^5}|'.format('a', 'b', 'c')", "    a|b    |  c  |")]
    [InlineData("'{:05d} {:+d} {:x} {:,}'.format(42, 42, 255, 1234567)", "00042 +42 ff 1,234,567")]
    [InlineData("'{:.2f} {:.0f} {:.0f} {:%}'.format(3.14159, 0.5, 1.5, 0.25)", "3.14 0 2 25.000000%")]
    [InlineData("'{0[a]}{1.b}'.format({'a': 1}, {'b': 2})", "12")]
    [InlineData("'{{}}{:>{w}}'.format(1, w=3)", "{}  1")]
    [InlineData("'%s %d %.2f %r' % ('a', 3, 2.5, 'q')", "a 3 2.50 'q'")]
    [InlineData("'%5s|%-5s|%05d|%+d|%x' % ('a', 'b', 42, 5, 255)", "    a|b    |00042|+5|ff")]
    [InlineData("'%(a)s%%' % {'a': 1}", "1%")]
    [InlineData("'%s' % [1, 2]", "[1, 2]")]
    public void Formatting_is_Pythons(string expression, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("'%s %s' % 'x'", "not enough arguments for format string")]
    [InlineData("'%s' % (1, 2)", "not all arguments converted during string formatting")]
    [InlineData("'%d' % 'x'", "%d format: a real number is required, not str")]
    [InlineData("'{x}'.format(y=1)", "KeyError: 'x'")]
    [InlineData("'{:d}'.format('a')", "Unknown format code 'd' for object of type 'str'")]
    [InlineData("'}'.format(1)", "Single '}' encountered in format string")]
    [InlineData("'{0}{}'.format(1, 2)", "cannot switch between automatic field numbering and manual field specification")]
    public void A_format_that_does_not_fit_is_an_error(string expression, string message) =>
        Assert.StartsWith(message, Rendering.Error($"{{{{ {expression} }}}}"), StringComparison.Ordinal);
}
