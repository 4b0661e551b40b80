namespace Grpo.Engines.Tests.ChatTemplates;

public class MethodTests
{
    [Theory]
    [InlineData("' a b  c '.split()", "['a', 'b', 'c']")]
    [InlineData("'a b  c'.split(' ')", "['a', 'b', '', 'c']")]
    [InlineData("' a b c '.split(none, 1)", "['a', 'b c ']")]
    [InlineData("'a,b,c'.rsplit(',', 1)", "['a,b', 'c']")]
    [InlineData("'a\\nb\\r\\nc'.splitlines()", "['a', 'b', 'c']")]
    [InlineData("'k=v=w'.partition('=')", "('k', '=', 'v=w')")]
    [InlineData("'k=v=w'.rpartition('=')", "('k=v', '=', 'w')")]
    [InlineData("'-'.join(['a', 'b'])", "a-b")]
    [InlineData("'aXbX'.replace('X', '-', 1)", "a-bX")]
    [InlineData("'ab'.replace('', '.')", ".a.b.")]
    [InlineData("'\\n x \\n'.strip()", "x")]
    [InlineData("'xyaxy'.strip('xy') ~ 'xyaxy'.lstrip('xy') ~ 'xyaxy'.rstrip('xy')", "aaxyxya")]
    [InlineData("'pre-x'.removeprefix('pre-') ~ 'x.txt'.removesuffix('.txt')", "xx")]
    [InlineData("'42'.zfill(4) ~ '-4'.zfill(4)", "0042-004")]
    [InlineData("'a'.ljust(3, '.') ~ 'a'.rjust(3) ~ 'a'.center(3, '*')", "a..  a*a*")]
    [InlineData("'abc'.startswith('a') and 'abc'.endswith(('x', 'c'))", "True")]
    [InlineData("'abcabc'.find('c', 3) ~ 'abcabc'.rfind('a') ~ 'abc'.find('z')", "53-1")]
    [InlineData("'😀ab'.index('b')", "2")]
    [InlineData("'abcabc'.count('b') ~ 'abc'.count('')", "24")]
    [InlineData("'hELLO wORLD'.title() ~ 'hELLO'.capitalize() ~ 'aB'.swapcase()", "Hello WorldHelloAb")]
    [InlineData("'aß'.upper() ~ 'AB'.lower()", "ASSab")]
    [InlineData("'12'.isdigit() ~ ''.isdigit() ~ 'ab'.isalpha() ~ 'a1'.isalnum() ~ ' '.isspace()", "TrueFalseTrueTrueTrue")]
    [InlineData("'ab'.islower() ~ 'AB'.isupper()", "TrueTrue")]
    public void A_method_of_str_does_what_Pythons_does(string expression, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("{'a': 1}.get('a') ~ {'a': 1}.get('b') ~ {'a': 1}.get('b', 2)", "1None2")]
    [InlineData("{'a': 1, 'b': 2}.keys() | list", "['a', 'b']")]
    [InlineData("{'a': 1, 'b': 2}.values() | list", "[1, 2]")]
    [InlineData("{'a': 1}.items() | list", "[('a', 1)]")]
    [InlineData("[3, 1, 3].count(3) ~ [3, 1].index(1)", "21")]
    public void A_method_of_a_collection_does_what_Pythons_does(string expression, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("[1].append(2)", "access to attribute 'append' of 'list' object is unsafe.")]
    [InlineData("{}.update({})", "access to attribute 'update' of 'dict' object is unsafe.")]
    [InlineData("{'a': 1}.pop('a')", "access to attribute 'pop' of 'dict' object is unsafe.")]
    [InlineData("''.__class__.__mro__", "'str object' has no attribute '__class__'")]
    [InlineData("'a'.index('b')", "substring not found")]
    [InlineData("'a'.split('')", "empty separator")]
    [InlineData("','.join([1])", "sequence item 0: expected str instance, int found")]
    [InlineData("'a'.replace('b')", "replace() missing required argument 'new'")]
    [InlineData("'a'.upper(1)", "upper() takes at most 0 arguments (1 given)")]
    public void A_method_that_changes_its_object_or_cannot_answer_is_an_error(string expression, string message) =>
        Assert.StartsWith(message, Rendering.Error($"{{{{ {expression} }}}}"), StringComparison.Ordinal);
}
