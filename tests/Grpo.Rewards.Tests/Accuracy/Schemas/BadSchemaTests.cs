using System.Diagnostics;
using System.Text.Json;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Accuracy.Schemas;

/// <summary>Schemas that are none are refused with the place of the mistake; schemas and answers made to be expensive cost a bounded number of steps.</summary>
public class BadSchemaTests
{
    [Theory]
    [InlineData("1", "schema")]
    [InlineData("\"object\"", "schema")]
    [InlineData("[]", "schema")]
    [InlineData("""{"type":"strin"}""", "schema.type")]
    [InlineData("""{"properties":{"a b":{"type":3}}}""", "schema.properties['a b'].type")]
    [InlineData("""{"properties":[]}""", "schema.properties")]
    [InlineData("""{"properties":{"a":1}}""", "schema.properties.a")]
    [InlineData("""{"items":{"allOf":[true,{"minimum":"0"}]}}""", "schema.items.allOf[1].minimum")]
    [InlineData("""{"items":[{"type":"string"}]}""", "schema.items")]
    [InlineData("""{"allOf":[]}""", "schema.allOf")]
    [InlineData("""{"required":"a"}""", "schema.required")]
    [InlineData("""{"required":[1]}""", "schema.required")]
    [InlineData("""{"minLength":-1}""", "schema.minLength")]
    [InlineData("""{"minLength":1.5}""", "schema.minLength")]
    [InlineData("""{"multipleOf":0}""", "schema.multipleOf")]
    [InlineData("""{"uniqueItems":"yes"}""", "schema.uniqueItems")]
    [InlineData("""{"enum":1}""", "schema.enum")]
    [InlineData("""{"pattern":"(a"}""", "schema.pattern")]
    [InlineData("""{"pattern":"(?=a)b"}""", "schema.pattern")]
    [InlineData("""{"pattern":"((a{1000}){1000}){1000}"}""", "schema.pattern")]
    [InlineData("""{"patternProperties":{"[":true}}""", "schema.patternProperties['[']")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-03/schema#"}""", "schema.$schema")]
    [InlineData("""{"$id":3}""", "schema.$id")]
    [InlineData("""{"$defs":{"a":{"type":"strin"}}}""", "schema.$defs.a.type")] // nothing refers to it, and it is wrong all the same
    [InlineData("""{"type":"string","type":"object"}""", "schema.type")]
    public void A_schema_that_is_none_is_refused_where_it_is_wrong(string schema, string path) => Assert.Equal(path, Refused(schema).Path);

    [Theory]
    [InlineData("""{"$ref":"#/$defs/a"}""")]
    [InlineData("""{"$ref":"#a"}""")]
    [InlineData("""{"$ref":"other.json"}""")]
    [InlineData("""{"$ref":"https://json-schema.org/draft/2020-12/schema"}""")]
    [InlineData("""{"$ref":"file:///etc/passwd"}""")]
    [InlineData("""{"$ref":"http://169.254.169.254/latest"}""")]
    [InlineData("""{"$ref":"http://[bad"}""")]
    [InlineData("""{"$dynamicRef":"#none"}""")]
    public void References_that_lead_nowhere_or_outside_are_refused(string schema) => Assert.Matches("(is not in|names nothing in) this schema", Refused(schema).Message);

    [Theory]
    [InlineData("""{"$ref":"#"}""", "schema")]
    [InlineData("""{"allOf":[{"$ref":"#"}]}""", "schema")]
    [InlineData("""{"properties":{"x":{"anyOf":[true,{"not":{"$ref":"#/properties/x"}}]}}}""", "schema.properties.x")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"if":{"$ref":"#/$defs/a"}}},"items":{"$ref":"#/$defs/a"}}""", "schema.$defs.a")]
    [InlineData("""{"dependentSchemas":{"a":{"$ref":"#"}}}""", "schema")]
    [InlineData("""{"$dynamicAnchor":"me","allOf":[{"$dynamicRef":"#me"}]}""", "schema")]
    public void References_that_stay_at_one_value_for_ever_are_refused(string schema, string path)
    {
        var refused = Refused(schema);
        Assert.Equal(path, refused.Path);
        Assert.StartsWith("applies to the same value again and again: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_chain_of_references_is_refused()
    {
        Assert.StartsWith("more than 64 schemas", Refused(Chain(3_000, """{"$ref":"NEXT"}""", "true")).Message, StringComparison.Ordinal);
        var many = string.Join(',', Enumerable.Range(0, 5_000).Select(_ => "{}"));
        Assert.StartsWith("a schema may hold at most", Refused($$"""{"anyOf":[{{many}}]}""").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_that_double_at_every_reference_cost_little()
    {
        const string Twice = """{"allOf":[{"$ref":"NEXT"},{"$ref":"NEXT"}]}""";
        const string TwoWays = """{"$defs":{"n":{"anyOf":[{"items":{"$ref":"#/$defs/n"},"type":"array"},{"items":{"$ref":"#/$defs/n"},"minItems":1,"type":"array"},{"const":1}]}},"$ref":"#/$defs/n"}""";
        Assert.Equal(0, Within(() => Score(Chain(20, Twice, """{"type":"string"}"""), "1")).Score);
        Assert.Equal(0, Within(() => Score(TwoWays, Deep(63, "2"))).Score);
        Assert.StartsWith("more than 64 schemas", Refused(Chain(60, Twice, "true")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_answers_under_long_chains_do_not_overflow_the_stack()
    {
        var schema = Chain(30, """{"allOf":[{"$ref":"NEXT"}]}""", """{"items":{"$ref":"#/$defs/a0"}}""");
        Assert.Equal((null, RewardScore.BudgetExhausted), (Score(schema, Deep(63, "1")).Score, Score(schema, Deep(63, "1")).Reason));
        Assert.Equal(1, Score(schema, Deep(7, "1")).Score);
    }

    [Fact]
    public void Patterns_cannot_be_made_slow()
    {
        Assert.Equal(0, Within(() => Score("""{"pattern":"^(a+)+$"}""", $"\"{new string('a', 50_000)}!\"")).Score);
        Assert.NotEqual(1, Within(() => Score("""{"pattern":"^(([a-z])+.)+[A-Z]([a-z])+$"}""", $"\"{new string('a', 900_000)}\"")).Score);
        var names = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"name{i}\":1"));
        var patterns = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"^x{i}\":true"));
        Assert.Equal(RewardScore.BudgetExhausted, Within(() => Score("{\"patternProperties\":{" + patterns + "}}", "{" + names + "}")).Reason);
    }

    [Fact]
    public void Large_answers_cost_a_bounded_number_of_steps()
    {
        var list = $"[{string.Join(',', Enumerable.Range(0, 40_000))}]";
        Assert.Equal(1, Within(() => Score("""{"uniqueItems":true,"items":{"type":"integer"}}""", list)).Score);
        Assert.Equal(RewardScore.BudgetExhausted, Within(() => Score("{}", $"[{string.Join(',', Enumerable.Range(0, 150_000))}]")).Reason);
        Assert.Equal(RewardScore.BudgetExhausted, Within(() => Score("{}", $"\"{new string('a', 1_000_001)}\"")).Reason);
        Assert.Equal(RewardScore.BudgetExhausted, Within(() => Score("{}", new string('9', 2_000))).Reason);
        Assert.Equal(RewardScore.BudgetExhausted, Within(() => Score("{}", "1e99999999999999999999")).Reason);
        var contains = string.Join(',', Enumerable.Range(0, 100).Select(i => "{\"contains\":{\"const\":-" + i + "},\"minContains\":0}"));
        Assert.Equal(RewardScore.BudgetExhausted, Within(() => Score($$"""{"allOf":[{{contains}}]}""", list)).Reason);
        Assert.Equal("schema.minimum", Refused($$"""{"minimum":{{new string('9', 2_000)}}}""").Path);
    }

    [Theory]
    [InlineData("[[[[")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("{\"a\":\u0001}")]
    [InlineData("{'a':1}")]
    [InlineData("NaN")]
    public void What_is_no_json_scores_nothing(string answer) => Assert.Equal((0, "no JSON found"), (Score("{}", answer).Score, Score("{}", answer).Reason));

    [Fact]
    public void Half_a_surrogate_pair_is_no_json() => Assert.Equal("no JSON found", Score("{}", "{\"a\":\"\ud800\"}").Reason);

    [Fact]
    public void A_schema_with_half_a_surrogate_pair_is_refused() => Assert.Equal("schema", Refused("""{"pattern":"\ud800"}""").Path);

    /// <summary>Definitions a0, a1 … of which each holds the next one where it says NEXT, and a reference to a0.</summary>
    private static string Chain(int length, string link, string last)
    {
        var links = string.Concat(Enumerable.Range(0, length).Select(i => $"\"a{i}\":{link.Replace("NEXT", $"#/$defs/a{i + 1}", StringComparison.Ordinal)},"));
        return "{\"$ref\":\"#/$defs/a0\",\"$defs\":{" + links + $"\"a{length}\":{last}" + "}}";
    }

    private static string Deep(int depth, string inside) => $"{new string('[', depth)}{inside}{new string(']', depth)}";

    private static RewardParamsException Refused(string schema) => Assert.Throws<RewardParamsException>(() => Reward("json_schema", $$"""{"schema":{{schema}}}"""));

    private static RewardScore Score(string schema, string answer) => Reward("json_schema", $$"""{"schema":{{schema}}}""").Score(Sample(answer));

    /// <summary>Unbounded work would take minutes; a slow machine is not the failure this looks for.</summary>
    private static RewardScore Within(Func<RewardScore> score)
    {
        var started = Stopwatch.GetTimestamp();
        var result = score();
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), $"took {Stopwatch.GetElapsedTime(started)}");
        return result;
    }
}
