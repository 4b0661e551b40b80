using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests;

public class RewardParamsTests
{
    [Theory]
    [InlineData("format", """{"modee":"soft"}""", "modee", "unknown parameter; known: preset, tags, mode")]
    [InlineData("format", """{"mode":"sofft"}""", "mode", "must be one of strict, soft.")]
    [InlineData("format", """{"mode":1}""", "mode", "must be one of strict, soft.")]
    [InlineData("format", """{"strict_newlines":"yes"}""", "strict_newlines", "must be true or false.")]
    [InlineData("format", """{"mode":"soft","mode":"soft"}""", "mode", "given twice.")]
    [InlineData("format", """{"tags":["a"]}""", "tags", "give tags with preset custom")]
    [InlineData("format", """{"preset":"custom"}""", "tags", "give tags with preset custom")]
    [InlineData("format", """{"preset":"custom","tags":["a b"]}""", "tags", "must be at most 8")]
    [InlineData("format", """{"preset":"custom","tags":["a", 1]}""", "tags[1]", "must be an array of strings.")]
    [InlineData("math_accuracy", """{"relative_tolerance":0.6}""", "relative_tolerance", "between 0 and 0.5")]
    [InlineData("math_accuracy", """{"relative_tolerance":"0.1"}""", "relative_tolerance", "must be a number.")]
    [InlineData("language_consistency", """{"target":"xx"}""", "target", "unknown language; known: am, ar")]
    [InlineData("accuracy", "[]", "", "must be a JSON object.")]
    public void Wrong_parameters_are_refused_with_their_path(string reward, string parameters, string path, string message)
    {
        var problem = Assert.Throws<RewardParamsException>(() => Reward(reward, parameters));
        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_and_empty_parameters_are_the_defaults()
    {
        foreach (var definition in RewardCatalog.All)
        {
            Assert.NotNull(definition.Bind(null));
            Assert.NotNull(definition.Bind(Json("{}")));
            Assert.NotNull(definition.Bind(Json("null")));
        }
    }

    [Fact]
    public void The_schema_carries_types_enums_descriptions_ranges_and_defaults()
    {
        var schema = RewardCatalog.Find("math_accuracy")!.ParamsSchema;
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        Assert.Equal("""["after_think","whole","answer_tag"]""", schema["properties"]!["scope"]!["enum"]!.ToJsonString());
        Assert.Equal("after_think", schema["properties"]!["scope"]!["default"]!.GetValue<string>());
        var tolerance = schema["properties"]!["relative_tolerance"]!;
        Assert.Equal("number", tolerance["type"]!.GetValue<string>());
        Assert.Equal(0.5, tolerance["maximum"]!.GetValue<double>());
        Assert.NotEmpty(tolerance["description"]!.GetValue<string>());
    }

    [Fact]
    public void Every_parameter_has_a_description()
    {
        foreach (var definition in RewardCatalog.All)
        {
            foreach (var (name, property) in definition.ParamsSchema["properties"]!.AsObject())
                Assert.True(property!["description"] is not null, $"{definition.Name}.{name}");
        }
    }

    [Fact]
    public void Names_are_unique() => Assert.Equal(RewardCatalog.All.Count, RewardCatalog.All.Select(definition => definition.Name).Distinct().Count());
}
