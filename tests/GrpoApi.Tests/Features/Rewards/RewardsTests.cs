using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Rewards;

public sealed class RewardsTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task The_contract_example_gives_the_contract_answer()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/v1/rewards", """
            {"rewards": [{"name": "accuracy", "weight": 1.0, "params": {}}],
             "samples": [{"completion": "<think>..</think><answer>1/2</answer>", "prompt": "..", "messages": null, "reference": {"answer": "\\frac{1}{2}"},
                          "group": "p0", "token_count": 12, "finish_reason": "stop"}]}
            """);
        var sample = answer["samples"]![0]!;
        Assert.Equal(1.0, (double)sample["reward"]!);
        Assert.Equal(1.0, (double)sample["scores"]!["accuracy"]!["score"]!);
        Assert.Equal("1/2 equals 1/2", (string)sample["scores"]!["accuracy"]!["reason"]!);
        Assert.Equal("correct", (string)sample["scores"]!["accuracy"]!["details"]!["status"]!);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"rewards/accuracy/mean": 1, "rewards/accuracy/std": 0, "rewards/accuracy/scored": 1}"""), answer["metrics"]));
    }

    [Fact]
    public async Task Samples_keep_their_order_and_a_bad_one_fails_no_other()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/v1/rewards", """
            {"rewards": [{"name": "math_accuracy", "weight": 2}, {"name": "format", "weight": 0}],
             "samples": [{"completion": "4", "reference": {"answer": 4}},
                         {"completion": "\\boxed{1e400000000}", "reference": {"answer": 4}},
                         {"completion": "4"},
                         {"completion": "\ud800", "reference": {"answer": "4"}}]}
            """);
        Assert.Equal(["2", "0", "0", "0"], answer["samples"]!.AsArray().Select(sample => sample!["reward"]!.ToJsonString()));
        Assert.Equal(["1", "null", "null", "0"], answer["samples"]!.AsArray().Select(sample => sample!["scores"]!["math_accuracy"]!["score"]?.ToJsonString() ?? "null"));
        Assert.Equal("budget_exhausted", (string)answer["samples"]![1]!["scores"]!["math_accuracy"]!["reason"]!);
        Assert.Equal(2, (int)answer["metrics"]!["rewards/math_accuracy/scored"]!);
    }

    [Theory]
    [InlineData("""\ud83d\ude00 \\ \" \/ \n\t \u00e9 z""")]
    [InlineData("""plain""")]
    public async Task A_completion_is_read_with_its_escapes(string json)
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/v1/rewards", $$$"""{"rewards": [{"name": "accuracy"}], "samples": [{"completion": "<answer>{{{json}}}</answer>", "reference": {"answer": "7"}}]}""");
        var extracted = (string)answer["samples"]![0]!["scores"]!["accuracy"]!["details"]!["extracted"]!;
        Assert.Equal(System.Text.Json.JsonSerializer.Deserialize<string>($"\"{json}\""), extracted);
    }

    [Fact]
    public async Task A_sample_without_any_score_has_no_reward()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/v1/rewards", """{"rewards": [{"name": "accuracy"}], "samples": [{"completion": "4"}]}""");
        Assert.Null(answer["samples"]![0]!["reward"]);
        Assert.True(answer["samples"]![0]!.AsObject().ContainsKey("reward"));
        Assert.Null(answer["metrics"]!["rewards/accuracy/mean"]);
        Assert.Equal(0, (int)answer["metrics"]!["rewards/accuracy/scored"]!);
    }

    [Fact]
    public async Task The_catalogue_describes_every_reward()
    {
        using var client = api.CreateClient();
        var rewards = (await client.GetJsonAsync("/v1/rewards"))["rewards"]!.AsArray();
        Assert.Contains("math_accuracy", rewards.Select(reward => (string)reward!["name"]!));
        var format = rewards.Single(reward => (string)reward!["name"]! == "format")!;
        Assert.Equal("[0,1]", format["range"]!.ToJsonString());
        Assert.False((bool)format["group"]!);
        Assert.Empty(format["reference_fields"]!.AsArray());
        Assert.Equal("object", (string)format["params"]!["type"]!);
        Assert.Equal("strict", (string)format["params"]!["properties"]!["mode"]!["default"]!);
        Assert.Equal("DeepSeek-R1, arXiv:2501.12948 section 2.2, format reward", (string)format["source"]!);
        Assert.All(rewards, reward => Assert.Contains("score = ", (string)reward!["formula"]!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rewards", """{"samples": [{"completion": "a"}]}""")]
    [InlineData("rewards", """{"rewards": [], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards", """{"rewards": null, "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0]", """{"rewards": [null], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].name", """{"rewards": [{"weight": 1}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].name", """{"rewards": [{"name": "acuracy"}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[1].name", """{"rewards": [{"name": "format"}, {"name": "format"}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].weight", """{"rewards": [{"name": "format", "weight": -1}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].weight", """{"rewards": [{"name": "format", "weight": "1"}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].weight", """{"rewards": [{"name": "format", "weight": NaN}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].weight", """{"rewards": [{"name": "format", "weight": 1e999}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].wieght", """{"rewards": [{"name": "format", "wieght": 1}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params", """{"rewards": [{"name": "format", "params": []}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.modee", """{"rewards": [{"name": "format", "params": {"modee": "soft"}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.mode", """{"rewards": [{"name": "format", "params": {"mode": "sofft"}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.tags[1]", """{"rewards": [{"name": "format", "params": {"preset": "custom", "tags": ["a", 1]}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.relative_tolerance", """{"rewards": [{"name": "accuracy", "params": {"relative_tolerance": 2}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.schema.properties.age.type", """{"rewards": [{"name": "json_schema", "params": {"schema": {"properties": {"age": {"type": "int"}}}}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.schema.$ref", """{"rewards": [{"name": "json_schema", "params": {"schema": {"$ref": "https://example.com/s"}}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.schema.pattern", """{"rewards": [{"name": "json_schema", "params": {"schema": {"pattern": "(a"}}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.schema", """{"rewards": [{"name": "json_schema", "params": {"schema": {"allOf": [{"$ref": "#"}]}}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.rewards[0].params.schema", """{"rewards": [{"name": "composite", "params": {"rewards": [{"name": "json_schema", "params": {"schema": 1}}]}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.pattern", """{"rewards": [{"name": "regex_match", "params": {"pattern": "(a"}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params", """{"rewards": [{"name": "format", "params": {"\ud800": 1}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("rewards[0].params.pattern", """{"rewards": [{"name": "regex_match", "params": {"pattern": "\ud800"}}], "samples": [{"completion": "a"}]}""")]
    [InlineData("samples", """{"rewards": [{"name": "format"}]}""")]
    [InlineData("samples", """{"rewards": [{"name": "format"}], "samples": []}""")]
    [InlineData("samples[0]", """{"rewards": [{"name": "format"}], "samples": [null]}""")]
    [InlineData("samples[0].completion", """{"rewards": [{"name": "format"}], "samples": [{}]}""")]
    [InlineData("samples[0].completion", """{"rewards": [{"name": "format"}], "samples": [{"completion": null}]}""")]
    [InlineData("samples[0].reference", """{"rewards": [{"name": "format"}], "samples": [{"completion": "a", "reference": "4"}]}""")]
    [InlineData("samples[0].messages", """{"rewards": [{"name": "format"}], "samples": [{"completion": "a", "messages": "hi"}]}""")]
    [InlineData("samples[0].token_count", """{"rewards": [{"name": "format"}], "samples": [{"completion": "a", "token_count": -1}]}""")]
    [InlineData("samples[0].finish_reason", """{"rewards": [{"name": "format"}], "samples": [{"completion": "a", "finish_reason": "eos"}]}""")]
    [InlineData("samples[1].answer", """{"rewards": [{"name": "format"}], "samples": [{"completion": "a"}, {"completion": "a", "answer": "4"}]}""")]
    public async Task Bad_input_is_named_by_its_path(string path, string json)
    {
        using var client = api.CreateClient();
        using var response = await client.PostTextAsync("/v1/rewards", json);
        Assert.NotEmpty(await Problem.AssertInvalidAsync(response, path));
    }

    [Fact]
    public async Task An_unknown_reward_is_told_the_known_ones()
    {
        using var client = api.CreateClient();
        using var response = await client.PostTextAsync("/v1/rewards", """{"rewards": [{"name": "acuracy"}], "samples": [{"completion": "a"}]}""");
        Assert.Contains("known: accuracy, math_accuracy, numeric_accuracy", await Problem.AssertInvalidAsync(response, "rewards[0].name"), StringComparison.Ordinal);
    }
}
