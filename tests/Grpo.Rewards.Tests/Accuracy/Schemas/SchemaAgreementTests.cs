extern alias JsonSchemaNet;

using System.Text.Json.Nodes;
using JsonSchemaNet::Json.Schema;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Accuracy.Schemas;

/// <summary>Random schemas and answers: our verdict is that of JsonSchema.Net, an independent implementation that passes the official test suite.</summary>
public class SchemaAgreementTests
{
    private static readonly string[] Names = ["a", "b", "c", "x1"];
    private static readonly string[] Types = ["null", "boolean", "object", "array", "number", "string", "integer"];
    private static readonly string[] Scalars = ["null", "true", "false", "0", "1", "2", "3", "1.0", "1.5", "-2", "10", "\"\"", "\"a\"", "\"b1\"", "\"aaa\"", "\"12\""];
    private static readonly string[] Patterns = ["^a", "b", "^\\\\d+$", "x[0-9]", "^.{2}$"];

    [Theory]
    [InlineData("https://json-schema.org/draft/2020-12/schema")]
    [InlineData("https://json-schema.org/draft/2019-09/schema")]
    [InlineData("http://json-schema.org/draft-07/schema#")]
    public void Random_schemas(string draft)
    {
        var (fitting, all) = (0, 0);
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var isOld = draft.Contains("draft-07", StringComparison.Ordinal);
            var definitions = string.Join(',', Names.Select(name => $"\"{name}\":{Schema(random, 1, draft, refs: false)}"));
            var body = Schema(random, 3, draft, refs: true);
            var schema = JsonNode.Parse(body.StartsWith('{') ? body : "{}")!.AsObject();
            schema["$schema"] = draft;
            schema[isOld ? "definitions" : "$defs"] = JsonNode.Parse($"{{{definitions}}}");
            var text = schema.ToJsonString();
            var theirs = JsonSchema.Build(Json(text), new BuildOptions { SchemaRegistry = new(), Dialect = isOld ? Dialect.Draft07 : draft.Contains("2019", StringComparison.Ordinal) ? Dialect.Draft201909 : Dialect.Draft202012 });
            var ours = Reward("json_schema", $$"""{"schema":{{text}}}""");
            for (var i = 0; i < 8; i++)
            {
                var answer = Value(random, 3);
                var expected = theirs.Evaluate(Json(answer)).IsValid;
                var score = ours.Score(Sample(answer));
                Assert.True(score.Score == (expected ? 1 : 0), $"seed {seed}: {text} on {answer}: expected {expected}, {score.Reason}");
                (fitting, all) = (fitting + (expected ? 1 : 0), all + 1);
            }
        }
        Assert.InRange((double)fitting / all, 0.1, 0.9); // both verdicts are met often
    }

    private static string Schema(Random random, int depth, string draft, bool refs)
    {
        if (depth == 0 || random.Next(12) == 0)
            return random.Next(3) switch { 0 => "true", 1 => "false", _ => $$"""{"type":"{{Pick(Types, random)}}"}""" };
        var keywords = new Dictionary<string, string>();
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            var (name, value) = Keyword(random, depth - 1, draft, refs);
            keywords[name] = value;
        }
        // Nothing beside a $ref counts in draft 7; JsonSchema.Net looks at some of it.
        if (draft.Contains("draft-07", StringComparison.Ordinal) && keywords.TryGetValue("$ref", out var reference))
            return $$"""{"$ref":{{reference}}}""";
        return $"{{{string.Join(',', keywords.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}";
    }

    private static (string Name, string Value) Keyword(Random random, int depth, string draft, bool refs)
    {
        var isOld = draft.Contains("draft-07", StringComparison.Ordinal);
        var isNew = draft.Contains("2020-12", StringComparison.Ordinal);
        return random.Next(27) switch
        {
            0 => ("type", $"[{string.Join(',', random.GetItems(Types, 3).Distinct().Select(type => $"\"{type}\""))}]"),
            1 => ("enum", $"[{Pick(Scalars, random)},{Value(random, 1)}]"),
            2 => ("const", Value(random, 1)),
            3 => (Pick(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], random), random.Next(-2, 4).ToString()),
            4 => ("multipleOf", Pick(["1", "2", "0.5"], random)),
            5 => (Pick(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"], random), random.Next(3).ToString()),
            6 => ("pattern", $"\"{Pick(Patterns, random)}\""),
            7 => ("required", $"[\"{Pick(Names, random)}\"]"),
            8 => ("uniqueItems", "true"),
            9 or 10 or 11 => ("properties", Map(2)),
            12 => ("patternProperties", $"{{\"{Pick(Patterns, random)}\":{Inner()}}}"),
            13 => ("additionalProperties", Inner()),
            14 => ("propertyNames", Inner()),
            15 when isNew => ("prefixItems", $"[{Inner()},{Inner()}]"),
            15 => ("items", $"[{Inner()},{Inner()}]"),
            16 => ("items", Inner()),
            17 when !isNew => ("additionalItems", Inner()),
            17 or 18 => ("contains", Inner()),
            19 => ("allOf", $"[{Inner()},{Inner()}]"),
            20 => ("anyOf", $"[{Inner()},{Inner()}]"),
            21 => ("oneOf", $"[{Inner()},{Inner()}]"),
            22 => ("not", Inner()),
            23 => (Pick(["if", "then", "else"], random), Inner()),
            24 when isOld => ("dependencies", $"{{\"a\":[\"b\"],\"c\":{Inner()}}}"),
            24 => ("dependentSchemas", Map(1)),
            25 when !isOld => random.Next(2) == 0 ? (Pick(["unevaluatedProperties", "unevaluatedItems"], random), Inner()) : (Pick(["minContains", "maxContains"], random), random.Next(3).ToString()),
            26 when refs => ("$ref", $"\"#/{(isOld ? "definitions" : "$defs")}/{Pick(Names, random)}\""),
            _ => ("title", "\"t\""),
        };

        string Inner() => Schema(random, depth, draft, refs);
        string Map(int count) => $"{{{string.Join(',', Names.OrderBy(_ => random.Next()).Take(count).Select(name => $"\"{name}\":{Inner()}"))}}}";
    }

    private static string Value(Random random, int depth) => depth == 0 || random.Next(3) == 0
        ? Pick(Scalars, random)
        : random.Next(2) == 0
            ? $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1)))}]"
            : $"{{{string.Join(',', Names.Where(_ => random.Next(2) == 0).Select(name => $"\"{name}\":{Value(random, depth - 1)}"))}}}";

    private static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}
