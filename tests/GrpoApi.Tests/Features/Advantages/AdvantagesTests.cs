using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Advantages;

public sealed class AdvantagesTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private readonly HttpClient _client = api.CreateClient();

    [Fact]
    public async Task Grpo_answers_group_by_group_with_mean_and_spread()
    {
        var answer = await ComputeAsync("""{"groups": [{"rewards": [1, 0, null, 1]}, {"rewards": [0.5, 0.5]}]}""");

        var std = Math.Sqrt(1.0 / 3);
        AssertNear([(1 / 3.0) / (std + 1e-4), (-2 / 3.0) / (std + 1e-4), 0, (1 / 3.0) / (std + 1e-4)], answer["groups"]![0]!["advantages"]!);
        Assert.Equal(2 / 3.0, (double)answer["groups"]![0]!["mean"]!, 12);
        Assert.Equal(std, (double)answer["groups"]![0]!["std"]!, 12);
        Assert.False((bool)answer["groups"]![0]!["reward_std_is_zero"]!);
        AssertNear([0, 0], answer["groups"]![1]!["advantages"]!);
        Assert.True((bool)answer["groups"]![1]!["reward_std_is_zero"]!);
        Assert.Equal(0.5, (double)answer["metrics"]!["frac_reward_zero_std"]!);
    }

    [Theory]
    [InlineData("dr_grpo", new[] { 0.25, -0.75, 0.25, 0.25 })]
    [InlineData("rloo", new[] { 1 / 3.0, -1, 1 / 3.0, 1 / 3.0 })]
    [InlineData("opo", new[] { 0.125, -0.875, 0.125, 0.125 })]
    [InlineData("gpg", new[] { 1 / 3.0, -1, 1 / 3.0, 1 / 3.0 })]
    [InlineData("maxrl", new[] { 1 / 3.0, -1, 1 / 3.0, 1 / 3.0 })]
    [InlineData("grpo_passk", new[] { 0.0, 0, 0, 0 })]
    [InlineData("remax", new[] { 0.5, -0.5, 0.5, 0.5 })]
    public async Task Every_estimator_can_be_asked_for(string estimator, double[] advantages)
    {
        var answer = await ComputeAsync($$"""
            {"estimator": "{{estimator}}", "groups": [{"rewards": [1, 0, 1, 1], "lengths": [30, 10, 20, 20], "baselines": [0.5, 0.5, 0.5, 0.5]}]}
            """);
        AssertNear(advantages, answer["groups"]![0]!["advantages"]!);
    }

    [Fact]
    public async Task Several_scores_are_summed_by_weight_and_reported_one_by_one()
    {
        var answer = await ComputeAsync("""
            {"estimator": "dr_grpo", "weights": {"accuracy": 2}, "groups": [{"scores": {"accuracy": [1, 0, null], "format": [1, null, null]}}]}
            """);
        AssertNear([1.5, -1.5, 0], answer["groups"]![0]!["advantages"]!);
        Assert.Equal(0.5, (double)answer["metrics"]!["rewards/accuracy/mean"]!);
        Assert.Equal(1, (double)answer["metrics"]!["rewards/format/mean"]!);
        Assert.Null(answer["metrics"]!["rewards/format/std"]);
    }

    [Fact]
    public async Task Normalising_before_the_sum_is_gdpo()
    {
        const string Groups = """ "groups": [{"scores": {"a": [1, 0, 0, 0], "b": [0, 10, 20, 0]}}, {"scores": {"a": [1, 1, 0], "b": [3, 2, 2]}}] """;
        var grpo = await ComputeAsync($$"""{"multi_objective_aggregation": "normalize_then_sum", {{Groups}}}""");
        var gdpo = await ComputeAsync($$"""{"estimator": "gdpo", {{Groups}}}""");
        Assert.Equal(gdpo.ToJsonString(), grpo.ToJsonString());
    }

    [Fact]
    public async Task Rewards_go_before_scores_when_both_are_given()
    {
        var answer = await ComputeAsync("""{"estimator": "dr_grpo", "groups": [{"rewards": [1, 0], "scores": {"accuracy": [5, 5]}, "lengths": [10, 12]}]}""");
        AssertNear([0.5, -0.5], answer["groups"]![0]!["advantages"]!);
    }

    [Fact]
    public async Task What_is_undefined_is_null()
    {
        var answer = await ComputeAsync("""{"groups": [{"rewards": [null, null]}]}""");
        Assert.Null(answer["groups"]![0]!["mean"]);
        Assert.Null(answer["groups"]![0]!["std"]);
        AssertNear([0, 0], answer["groups"]![0]!["advantages"]!);
    }

    [Theory]
    [InlineData("""{"estimator": "grop", "groups": [{"rewards": [1, 0]}]}""", "estimator", "grpo, dr_grpo, rloo")]
    [InlineData("""{"scale_rewards": "groups", "groups": [{"rewards": [1, 0]}]}""", "scale_rewards", "group, batch, none")]
    [InlineData("""{"groups": []}""", "groups", "At least one group")]
    [InlineData("""{"groups": [{"rewards": [1]}, {"rewards": []}]}""", "groups[1].rewards", "At least one reward")]
    [InlineData("""{"groups": [{"rewards": [1]}, {}]}""", "groups[1].rewards", "rewards, or scores")]
    [InlineData("""{"groups": [{"rewards": [1, "0"]}]}""", "groups[0].rewards[1]", "a finite number")]
    [InlineData("""{"groups": [{"rewards": [1, 1e999]}]}""", "groups[0].rewards[1]", "a finite number")]
    [InlineData("""{"groups": [{"scores": {"a": [1, 0], "b": [1]}}]}""", "groups[0].scores.b", "1 values for 2 completions")]
    [InlineData("""{"groups": [{"rewards": [1, 0], "lengths": [3]}]}""", "groups[0].lengths", "1 values for 2 completions")]
    [InlineData("""{"groups": [{"rewards": [1, 0], "lengths": [3, -1]}]}""", "groups[0].lengths[1]", "at least 0")]
    [InlineData("""{"estimator": "opo", "groups": [{"rewards": [1, 0]}]}""", "groups[0].lengths", "the estimator opo")]
    [InlineData("""{"estimator": "gdpo", "groups": [{"rewards": [1, 0]}]}""", "groups[0].scores", "the estimator gdpo")]
    [InlineData("""{"estimator": "remax", "groups": [{"rewards": [1, 0]}]}""", "groups[0].baselines", "the estimator remax")]
    [InlineData("""{"estimator": "rloo", "multi_objective_aggregation": "normalize_then_sum", "groups": [{"scores": {"a": [1]}}]}""", "multi_objective_aggregation", "rloo")]
    [InlineData("""{"weights": {"acuracy": 1}, "groups": [{"scores": {"accuracy": [1, 0]}}]}""", "weights.acuracy", "accuracy")]
    [InlineData("""{"std_epsilon": -1, "groups": [{"rewards": [1, 0]}]}""", "std_epsilon", "at least 0")]
    [InlineData("""{"ddof": 2, "groups": [{"rewards": [1, 0]}]}""", "ddof", "0 (population) or 1")]
    [InlineData("""{"epsilon": 1, "groups": [{"rewards": [1, 0]}]}""", "epsilon", "not known")]
    [InlineData("""{"estimator": "grpo"}""", "groups", "At least one group")]
    public async Task Bad_requests_are_told_where_and_why(string json, string path, string message)
    {
        using var response = await _client.PostTextAsync("/v1/advantages", json);
        Assert.Contains(message, await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_settings()
    {
        using var small = new ApiFactory { Settings = { ["Limits:MaxGroups"] = "1", ["Limits:MaxGroupSize"] = "2" } };
        using var client = small.CreateClient();
        using var groups = await client.PostTextAsync("/v1/advantages", """{"groups": [{"rewards": [1]}, {"rewards": [1]}]}""");
        Assert.Contains("Limits:MaxGroups", await Problem.AssertInvalidAsync(groups, "groups"), StringComparison.Ordinal);
        using var size = await client.PostTextAsync("/v1/advantages", """{"groups": [{"rewards": [1, 2, 3]}]}""");
        Assert.Contains("Limits:MaxGroupSize", await Problem.AssertInvalidAsync(size, "groups[0].rewards"), StringComparison.Ordinal);
    }

    private Task<JsonNode> ComputeAsync(string json) => _client.PostForJsonAsync("/v1/advantages", json);

    private static void AssertNear(double[] expected, JsonNode actual)
    {
        Assert.Equal(expected.Length, actual.AsArray().Count);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], (double)actual[i]!, 12);
    }
}
