using System.Text.Json.Nodes;

namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>tojson as Python's json.dumps(ensure_ascii=False) writes it.</summary>
public class JsonFilterTests
{
    [Theory]
    [InlineData("{'b': 1, 'a': [1.0, none, true]}", """{"b": 1, "a": [1.0, null, true]}""")]
    [InlineData("[(1, 2), {}, []]", "[[1, 2], {}, []]")]
    [InlineData("{1: 2, none: 3, true: 4, 1.5: 6}", """{"1": 4, "null": 3, "1.5": 6}""")]
    [InlineData("\"<é'😀>&\"", "\"<é'😀>&\"")]
    [InlineData("'\\x00\\x1f\\x7f\"\\\\/\\n\\t'", "\"\\u0000\\u001f\u007f\\\"\\\\/\\n\\t\"")]
    [InlineData("[0.1, 1e16, 100000000000000000000]", "[0.1, 1e+16, 100000000000000000000]")]
    public void Json_is_written_as_Python_writes_it(string expression, string expected) => Assert.Equal(expected, Rendering.Render($"{{{{ {expression} | tojson }}}}"));

    [Theory]
    [InlineData("indent=2", "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}")]
    [InlineData("indent='\\t', sort_keys=true", "{\n\t\"a\": {},\n\t\"b\": [\n\t\t1\n\t]\n}")]
    [InlineData("separators=(',', ':')", """{"b":[1],"a":{}}""")]
    [InlineData("sort_keys=true", """{"a": {}, "b": [1]}""")]
    public void The_layout_follows_the_arguments(string arguments, string expected) =>
        Assert.Equal(expected, Rendering.Render($"{{{{ {{'b': [1], 'a': {{}}}} | tojson({arguments}) }}}}"));

    [Fact]
    public void Characters_beyond_ascii_are_escaped_when_asked() =>
        Assert.Equal("\"\\u00e9\\ud83d\\ude00\"", Rendering.Render("{{ 'é😀' | tojson(ensure_ascii=true) }}"));

    [Fact]
    public void From_json_reads_what_tojson_writes() =>
        Assert.Equal("{'a': [1, 2.5, None, True]}", Rendering.Render("""{{ '{"a": [1, 2.5, null, true]}' | from_json }}"""));

    [Fact]
    public void Variables_keep_their_key_order_and_their_integers()
    {
        const string Json = """{"z": 1, "a": {"y": 12345678901234567890123, "b": [1.0, -0.5e3]}}""";

        Assert.Equal("""{"z": 1, "a": {"y": 12345678901234567890123, "b": [1.0, -500.0]}}""", Rendering.Render("{{ v | tojson }}", new JsonObject { ["v"] = JsonNode.Parse(Json) }.ToJsonString()));
    }

    [Theory]
    [InlineData("missing | tojson", "Object of type Undefined is not JSON serializable")]
    [InlineData("namespace() | tojson", "Object of type Namespace is not JSON serializable")]
    [InlineData("'{\"a\":' | from_json", "invalid JSON: ")]
    public void What_has_no_json_is_an_error(string expression, string message) =>
        Assert.StartsWith(message, Rendering.Error($"{{{{ {expression} }}}}"), StringComparison.Ordinal);
}
