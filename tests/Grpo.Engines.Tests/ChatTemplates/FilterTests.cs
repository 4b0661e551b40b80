namespace Grpo.Engines.Tests.ChatTemplates;

public class FilterTests
{
    private const string Variables = """
        {"l": [3, 1, 2], "ls": ["b", "A", "c"], "d": {"b": 1, "a": [1, 2], "C": null}, "html": "<a>'q' & \"b\"</a>",
         "users": [{"name": "bob", "age": 30, "on": true}, {"name": "Al", "age": 5, "on": false}, {"name": "cy", "age": 30, "on": true}]}
        """;

    [Theory]
    [InlineData("'aB' | upper ~ 'aB' | lower", "ABab")]
    [InlineData("'hello-world (x' | title ~ 'aBC' | capitalize", "Hello-World (XAbc")]
    [InlineData("' x ' | trim ~ 'xax' | trim('x')", "xa")]
    [InlineData("'aXbX' | replace('X', '-') ~ 'aXbX' | replace('X', '-', 1)", "a-b-a-bX")]
    [InlineData("5 | string | length", "1")]
    [InlineData("'a\\nb\\n\\nc' | indent(2)", "a\n  b\n\n  c")]
    [InlineData("'a\\nb' | indent('> ', first=true)", "> a\n> b")]
    [InlineData("'a\\n\\nb' | indent(1, blank=true)", "a\n \n b")]
    [InlineData("'ab' | center(5) ~ '|'", "  ab |")]
    [InlineData("'foo bar baz qux' | truncate(9)", "foo...")]
    [InlineData("'foo bar baz qux' | truncate(9, true)", "foo ba...")]
    [InlineData("'one two three' | wordcount", "3")]
    [InlineData("'%s-%s' | format('a', 1) ~ '%(k)s' | format(k=2)", "a-12")]
    [InlineData("html | e", "&lt;a&gt;&#39;q&#39; &amp; &#34;b&#34;&lt;/a&gt;")]
    [InlineData("html | e | e == html | escape", "True")]
    [InlineData("html | safe ~ '<'", "<a>'q' & \"b\"</a><")]
    [InlineData("('<' | safe) + '<'", "<&lt;")]
    [InlineData("html | striptags", "'q' & \"b\"")]
    [InlineData("'a b/c?' | urlencode", "a%20b/c%3F")]
    public void A_filter_of_text_does_what_Jinja2s_does(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("'42' | int + '3.9' | int + 'x' | int(7) + none | int", "52")]
    [InlineData("'ff' | int(0, 16) ~ '0x1f' | int(base=16)", "25531")]
    [InlineData("'1e3' | float ~ 'x' | float(1.5)", "1000.01.5")]
    [InlineData("-5 | abs ~ -2.5 | abs", "52.5")]
    [InlineData("2.5 | round ~ 3.5 | round ~ 2.675 | round(2) ~ 1250 | round(-2)", "2.04.02.671200")]
    [InlineData("1.21 | round(1, 'ceil') ~ 1.29 | round(1, 'floor')", "1.31.2")]
    [InlineData("l | sum ~ users | sum(attribute='age') ~ l | sum(start=10)", "66516")]
    public void A_filter_of_numbers_does_what_Jinja2s_does(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("missing | default('x') ~ '' | default('x') ~ '' | default('y', true) ~ missing | d", "xy")]
    [InlineData("l | length ~ 'é😀' | count ~ missing | length", "320")]
    [InlineData("l | first ~ l | last ~ [] | first", "32")]
    [InlineData("'abc' | list", "['a', 'b', 'c']")]
    [InlineData("l | reverse | list ~ 'abc' | reverse", "[2, 1, 3]cba")]
    [InlineData("d | items | list", "[('b', 1), ('a', [1, 2]), ('C', None)]")]
    [InlineData("missing | items | list", "[]")]
    [InlineData("l | join('-') ~ users | join(',', attribute='name')", "3-1-2bob,Al,cy")]
    [InlineData("[1, 2, 3] | batch(2, 'x') | list", "[[1, 2], [3, 'x']]")]
    [InlineData("[1, 2, 3, 4] | slice(3, 'x') | list", "[[1, 2], [3, 'x'], [4, 'x']]")]
    [InlineData("users[0] | attr('nope') is defined", "False")]
    public void A_filter_of_sequences_does_what_Jinja2s_does(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("l | sort ~ l | sort(reverse=true)", "[1, 2, 3][3, 2, 1]")]
    [InlineData("ls | sort ~ ls | sort(case_sensitive=true)", "['A', 'b', 'c']['A', 'b', 'c']")]
    [InlineData("users | sort(attribute='age,name') | map(attribute='name') | list", "['Al', 'bob', 'cy']")]
    [InlineData("d | dictsort | map('first') | list", "['a', 'b', 'C']")]
    [InlineData("d | dictsort(true, reverse=true) | map('first') | list", "['b', 'a', 'C']")]
    [InlineData("{'x': 2, 'y': 1} | dictsort(by='value')", "[('y', 1), ('x', 2)]")]
    [InlineData("l | min ~ l | max ~ ls | min ~ (users | max(attribute='age')).name", "13Abob")]
    [InlineData("[1, 1, 'a', 'A'] | unique | list", "[1, 'a']")]
    [InlineData("users | groupby('age') | map('first') | list", "[5, 30]")]
    [InlineData("(users | groupby('age') | last).list | length ~ (users | groupby('age') | last).grouper", "230")]
    public void A_filter_that_compares_does_what_Jinja2s_does(string expression, string expected) => Check(expression, expected);

    [Theory]
    [InlineData("users | map(attribute='name') | map('upper') | join(' ')", "BOB AL CY")]
    [InlineData("users | map(attribute='nope', default='-') | list", "['-', '-', '-']")]
    [InlineData("[{'a': {'b': 1}}] | map(attribute='a.b') | list ~ [[1, 2]] | map(attribute=1) | list", "[1][2]")]
    [InlineData("['a', 'ab'] | map('replace', 'a', 'x') | list", "['x', 'xb']")]
    [InlineData("[1, 2, 3] | select('odd') | list ~ [1, 2, 3] | reject('odd') | list", "[1, 3][2]")]
    [InlineData("[0, 1, '', none] | select | list", "[1]")]
    [InlineData("users | selectattr('on') | map(attribute='name') | list", "['bob', 'cy']")]
    [InlineData("users | rejectattr('on') | map(attribute='name') | list", "['Al']")]
    [InlineData("users | selectattr('age', 'gt', 10) | list | length", "2")]
    [InlineData("users | selectattr('nope', 'defined') | list", "[]")]
    public void A_filter_that_selects_does_what_Jinja2s_does(string expression, string expected) => Check(expression, expected);

    [Fact]
    public void What_a_selection_gives_can_be_gone_through_once() =>
        Assert.Equal("[1, 3][]", Rendering.Render("{% set g = [1, 2, 3] | select('odd') %}{{ g | list }}{{ g | list }}"));

    [Theory]
    [InlineData("'a' | nothing", "No filter named 'nothing'.")]
    [InlineData("none | length", "object of type 'NoneType' has no len()")]
    [InlineData("[1] | items | list", "Can only get item pairs from a mapping.")]
    [InlineData("[1, 'a'] | sort", "'<' not supported between instances of '")]
    [InlineData("missing | int", "'missing' is undefined")]
    [InlineData("'a' | upper(nothing=1)", "upper() got an unexpected keyword argument")]
    [InlineData("[1] | map | list", "map requires a filter argument")]
    public void A_filter_that_does_not_fit_is_an_error(string expression, string message) =>
        Assert.StartsWith(message, Rendering.Error($"{{{{ {expression} }}}}", Variables), StringComparison.Ordinal);

    private static void Check(string expression, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ {expression} }}}}", Variables));
}
