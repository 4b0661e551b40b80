using System.Text.Json;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Accuracy.Schemas;

public class JsonSchemaRewardTests
{
    private const string Draft6 = "http://json-schema.org/draft-06/schema#";
    private const string Draft7 = "http://json-schema.org/draft-07/schema#";
    private const string Draft2019 = "https://json-schema.org/draft/2019-09/schema";

    [Theory]
    [InlineData("true", "1", true)]
    [InlineData("false", "1", false)]
    [InlineData("{}", "[1]", true)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":"integer"}""", "1e400", true)]
    [InlineData("""{"type":["null","string"]}""", "null", true)]
    [InlineData("""{"type":["null","string"]}""", "true", false)]
    [InlineData("""{"type":"number"}""", "\"1\"", false)]
    [InlineData("""{"enum":[1,{"a":[2,"x"]}]}""", """{"a":[2.0,"x"]}""", true)]
    [InlineData("""{"enum":[1,"1"]}""", "true", false)]
    [InlineData("""{"const":{"a":1,"b":2}}""", """{"b":2,"a":1}""", true)]
    [InlineData("""{"const":0}""", "false", false)]
    [InlineData("""{"const":["a","b"]}""", """["a\",\"b"]""", false)]
    [InlineData("""{"minimum":0.1}""", "0.1", true)]
    [InlineData("""{"exclusiveMinimum":0.1}""", "0.1", false)]
    [InlineData("""{"maximum":1e399}""", "1e400", false)]
    [InlineData("""{"maximum":-1e2}""", "-99", false)]
    [InlineData("""{"exclusiveMaximum":3}""", "2.9999999999999999999", true)]
    [InlineData("""{"multipleOf":0.01}""", "4.35", true)]
    [InlineData("""{"multipleOf":0.01}""", "4.351", false)]
    [InlineData("""{"multipleOf":7}""", "1e300", false)]
    [InlineData("""{"multipleOf":0.5}""", "1e300", true)]
    [InlineData("""{"minLength":2,"maxLength":2}""", "\"😀é\"", true)]
    [InlineData("""{"minLength":2}""", "\"😀\"", false)]
    [InlineData("""{"minLength":2}""", "1", true)]
    [InlineData("""{"pattern":"^\\d{2}$"}""", "\"12\"", true)]
    [InlineData("""{"pattern":"^\\d{2}$"}""", "\"12\\n\"", false)]
    [InlineData("""{"pattern":"^\\d+$"}""", "\"٣\"", false)]
    [InlineData("""{"pattern":"^[\\w.$-]+$"}""", "\"a.$-_1\"", true)]
    [InlineData("""{"pattern":"b"}""", "\"abc\"", true)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[]", false)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[1,2,3]", false)]
    [InlineData("""{"uniqueItems":true}""", """[1,"1",[1],{"a":1}]""", true)]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2.0,"a":1}]""", false)]
    [InlineData("""{"minProperties":1,"maxProperties":1}""", "{}", false)]
    [InlineData("""{"minProperties":1,"maxProperties":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"required":["a"]}""", """{"b":1}""", false)]
    [InlineData("""{"required":["a"]}""", """{"a":null}""", true)]
    [InlineData("""{"required":["a"]}""", "[]", true)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"b":1}""", true)]
    [InlineData("""{"format":"email"}""", "\"nobody\"", true)]
    public void What_a_value_is(string schema, string answer, bool fits) => Fits(schema, answer, fits);

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"a":"x"}""", true)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"a":"x","b":1}""", false)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}""", """{"x1":1,"y":"s"}""", true)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}""", """{"x1":"s"}""", false)]
    [InlineData("""{"propertyNames":{"maxLength":2}}""", """{"abc":1}""", false)]
    [InlineData("""{"propertyNames":{"maxLength":2}}""", """{"ab":1,"c":2}""", true)]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"a":"x","a":1}""", true)] // the last of one name counts
    [InlineData("""{"prefixItems":[{"type":"integer"}],"items":{"type":"string"}}""", """[1,"a","b"]""", true)]
    [InlineData("""{"prefixItems":[{"type":"integer"}],"items":{"type":"string"}}""", "[1,2]", false)]
    [InlineData("""{"prefixItems":[true],"items":false}""", "[1,2]", false)]
    [InlineData("""{"contains":{"const":1},"minContains":2,"maxContains":2}""", "[1,0,1]", true)]
    [InlineData("""{"contains":{"const":1},"minContains":2,"maxContains":2}""", "[1,1,1]", false)]
    [InlineData("""{"contains":{"const":1}}""", "[]", false)]
    [InlineData("""{"contains":{"const":1},"minContains":0}""", "[]", true)]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":2}]}""", "3", false)]
    [InlineData("""{"anyOf":[{"minimum":3},{"type":"string"}]}""", "2", false)]
    [InlineData("""{"anyOf":[{"minimum":3},{"type":"number"}]}""", "2", true)]
    [InlineData("""{"oneOf":[{"minimum":3},{"minimum":5}]}""", "4", true)]
    [InlineData("""{"oneOf":[{"minimum":3},{"minimum":5}]}""", "6", false)]
    [InlineData("""{"not":{"type":"string"}}""", "\"a\"", false)]
    [InlineData("""{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"const":1}}""", "20", true)]
    [InlineData("""{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"const":1}}""", "12", false)]
    [InlineData("""{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"const":1}}""", "2", false)]
    [InlineData("""{"then":false}""", "2", true)]
    [InlineData("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"a":1}""", false)]
    public void Schemas_inside_schemas(string schema, string answer, bool fits) => Fits(schema, answer, fits);

    [Theory]
    [InlineData("""{"properties":{"a":true},"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"properties":{"a":true},"unevaluatedProperties":false}""", """{"b":1}""", false)]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"anyOf":[{"properties":{"a":true}},{"properties":{"b":true}}],"unevaluatedProperties":false}""", """{"a":1,"b":1}""", true)]
    [InlineData("""{"anyOf":[{"properties":{"a":true}},{"required":["c"],"properties":{"b":true}}],"unevaluatedProperties":false}""", """{"a":1,"b":1}""", false)]
    [InlineData("""{"not":{"not":{"properties":{"a":true}}},"unevaluatedProperties":false}""", """{"a":1}""", false)]
    [InlineData("""{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"properties":{"a":true}},"unevaluatedProperties":false}""", """{"k":1,"a":1}""", true)]
    [InlineData("""{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"properties":{"a":true}},"unevaluatedProperties":false}""", """{"k":2,"a":1}""", false)]
    [InlineData("""{"allOf":[{"properties":{"a":true},"unevaluatedProperties":false}],"properties":{"b":true}}""", """{"a":1,"b":1}""", false)]
    [InlineData("""{"$ref":"#/$defs/base","properties":{"b":true},"unevaluatedProperties":false,"$defs":{"base":{"properties":{"a":true}}}}""", """{"a":1,"b":1}""", true)]
    [InlineData("""{"prefixItems":[true],"unevaluatedItems":false}""", "[1,2]", false)]
    [InlineData("""{"contains":{"const":2},"unevaluatedItems":{"const":1}}""", "[2,1,2]", true)]
    [InlineData("""{"contains":{"const":2},"unevaluatedItems":false}""", "[2,1]", false)]
    public void What_others_have_looked_at(string schema, string answer, bool fits) => Fits(schema, answer, fits);

    [Theory]
    [InlineData("""{"$defs":{"tree":{"type":"object","properties":{"left":{"$ref":"#/$defs/tree"},"n":{"type":"integer"}},"required":["n"]}},"$ref":"#/$defs/tree"}""", """{"n":1,"left":{"n":2,"left":{"n":3}}}""", true)]
    [InlineData("""{"$defs":{"tree":{"type":"object","properties":{"left":{"$ref":"#/$defs/tree"},"n":{"type":"integer"}},"required":["n"]}},"$ref":"#/$defs/tree"}""", """{"n":1,"left":{"n":2,"left":{}}}""", false)]
    [InlineData("""{"items":{"$ref":"#"},"type":"array"}""", "[[[]],[]]", true)]
    [InlineData("""{"items":{"$ref":"#"},"type":"array"}""", "[[1]]", false)]
    [InlineData("""{"$defs":{"a/b~c %":{"type":"string"}},"$ref":"#/$defs/a~1b~0c%20%25"}""", "1", false)]
    [InlineData("""{"$defs":{"x":{"$anchor":"word","type":"string"}},"$ref":"#word"}""", "1", false)]
    [InlineData("""{"$id":"https://example.com/root","$defs":{"x":{"$id":"item","type":"string"}},"$ref":"item"}""", "1", false)]
    [InlineData("""{"$id":"https://example.com/root","$defs":{"x":{"$id":"item","$defs":{"y":{"type":"string"}},"$ref":"#/$defs/y"}},"$ref":"/item"}""", "\"a\"", true)]
    [InlineData("""{"components":{"x":{"type":"string"}},"$ref":"#/components/x"}""", "1", false)]
    [InlineData("""{"$ref":"#/prefixItems/0","prefixItems":[{"type":"array"}]}""", "[[]]", true)]
    // a list of strings, by giving a list of anything its item
    [InlineData("""{"$id":"https://example.com/strings","$ref":"list","$defs":{"item":{"$dynamicAnchor":"item","type":"string"},"list":{"$id":"list","items":{"$dynamicRef":"#item"},"$defs":{"any":{"$dynamicAnchor":"item"}}}}}""", """["a"]""", true)]
    [InlineData("""{"$id":"https://example.com/strings","$ref":"list","$defs":{"item":{"$dynamicAnchor":"item","type":"string"},"list":{"$id":"list","items":{"$dynamicRef":"#item"},"$defs":{"any":{"$dynamicAnchor":"item"}}}}}""", "[1]", false)]
    public void References(string schema, string answer, bool fits) => Fits(schema, answer, fits);

    [Theory]
    [InlineData(Draft7, """{"items":[{"type":"integer"}],"additionalItems":false}""", "[1]", true)]
    [InlineData(Draft7, """{"items":[{"type":"integer"}],"additionalItems":false}""", "[1,2]", false)]
    [InlineData(Draft7, """{"definitions":{"s":{"type":"string"}},"$ref":"#/definitions/s","minLength":5}""", "\"a\"", true)] // nothing beside $ref counts
    [InlineData(Draft7, """{"dependencies":{"a":["b"],"c":{"required":["d"]}}}""", """{"a":1,"b":1,"c":1,"d":1}""", true)]
    [InlineData(Draft7, """{"dependencies":{"a":["b"],"c":{"required":["d"]}}}""", """{"c":1}""", false)]
    [InlineData(Draft7, """{"definitions":{"s":{"$id":"#word","type":"string"}},"allOf":[{"$ref":"#word"}]}""", "1", false)]
    [InlineData(Draft7, """{"dependentRequired":{"a":["b"]},"unevaluatedProperties":false,"prefixItems":[false]}""", """{"a":1}""", true)] // keywords of later drafts
    [InlineData(Draft7, """{"if":{"type":"string"},"then":{"minLength":2}}""", "\"a\"", false)]
    [InlineData(Draft6, """{"if":true,"then":false}""", "1", true)]
    [InlineData(Draft2019, """{"items":[{"type":"integer"}],"unevaluatedItems":false}""", "[1,2]", false)]
    [InlineData(Draft2019, """{"contains":{"const":1},"unevaluatedItems":false}""", "[1]", false)] // contains looks at nothing there
    [InlineData(Draft2019, """{"properties":{"child":{"$recursiveRef":"#"}},"additionalProperties":false}""", """{"child":{"kid":1}}""", false)]
    public void Older_drafts(string draft, string schema, string answer, bool fits) => Fits($$"""{"$schema":"{{draft}}",{{schema[1..]}}""", answer, fits);

    [Fact]
    public void What_does_not_fit_is_named()
    {
        const string Schema = """{"properties":{"people":{"items":{"properties":{"age":{"minimum":0}},"required":["age"]}}}}""";
        var score = Score(Schema, """{"people":[{"age":1},{"age":-3}]}""");
        Assert.Equal((0, "$.people[1].age is less than 0"), (score.Score, score.Reason));
        Assert.Equal(("incorrect", "$.people[1].age", "minimum"), ((string?)score.Details["status"], (string?)score.Details["at"], (string?)score.Details["keyword"]));
        Assert.Equal("$.people[0] 'age' is missing", Score(Schema, """{"people":[{}]}""").Reason);
        Assert.Equal("$ 'b c' is not allowed", Score("""{"additionalProperties":false}""", """{"b c":1}""").Reason);
        Assert.Equal("$['b c'] is not of type string", Score("""{"additionalProperties":{"type":"string"}}""", """{"b c":1}""").Reason);
        Assert.Equal("fits the schema", Score(Schema, "{}").Reason);
        Assert.Equal("no JSON found", Score(Schema, "{").Reason);
    }

    [Fact]
    public void Json_that_does_not_fit_may_earn_something()
    {
        const string Parameters = """{"schema":{"type":"object"},"wrong_score":0.25}""";
        Assert.Equal([1, 0.25, 0], new[] { "{}", "[]", "none" }.Select(text => Reward("json_schema", Parameters).Score(Sample(text)).Score!.Value));
    }

    [Fact]
    public void The_answer_is_found_as_json_match_finds_it()
    {
        var reward = Reward("json_schema", """{"schema":{"type":"object"}}""");
        Assert.Equal(1, reward.Score(Sample("<think>```json\n[]\n```</think>Here:\n```json\n{}\n```\nor\n```\n[]\n```")).Score);
        Assert.Equal(1, reward.Score(Sample("So <answer>{}</answer>")).Score);
        Assert.Equal(0, Reward("json_schema", """{"schema":{},"scope":"answer_tag"}""").Score(Sample("{}")).Score);
    }

    [Fact]
    public void The_schema_may_come_with_the_sample()
    {
        var reward = Reward("json_schema");
        Assert.Equal([1, 0, null, null], new[] { """{"schema":{"type":"array"}}""", """{"schema":false}""", """{"schema":7}""", "{}" }.Select(reference => reward.Score(Referenced(reference)).Score));
        Assert.Equal("reference.schema: is no schema: must be an object, true or false.", reward.Score(Referenced("""{"schema":7}""")).Reason);
        Assert.Equal("reference.schema.properties.a.type: must be null, boolean, object, array, number, string or integer, or a list of these.", reward.Score(Referenced("""{"schema":{"properties":{"a":{"type":"int"}}}}""")).Reason);
        Assert.Equal("gold_unparseable", (string?)reward.Score(Referenced("{}")).Details["status"]);
        Assert.Equal(1, Reward("accuracy").Score(Referenced("""{"schema":{"type":"array"}}""")).Score);

        static RewardSample Referenced(string reference) => Sample("[]") with { Reference = Json(reference) };
    }

    [Fact]
    public void One_schema_serves_many_threads()
    {
        var reward = Reward("json_schema", """{"schema":{"properties":{"n":{"multipleOf":3}},"patternProperties":{"^s":{"pattern":"^a+$"}},"unevaluatedProperties":false}}""");
        Parallel.For(0, 2_000, i =>
        {
            Assert.Equal(i % 3 == 0 ? 1 : 0, reward.Score(Sample($$"""{"n":{{i}},"s":"aa"}""")).Score);
            Assert.Equal(0, reward.Score(Sample("""{"s":"ab"}""")).Score);
        });
    }

    private static void Fits(string schema, string answer, bool fits)
    {
        var score = Score(schema, answer);
        Assert.True(score.Score == (fits ? 1 : 0), score.Reason);
    }

    private static RewardScore Score(string schema, string answer) => Reward("json_schema", $$"""{"schema":{{schema}}}""").Score(Sample(answer));
}
