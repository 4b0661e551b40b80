using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Rollouts;

/// <summary>Rewards and advantages asked for in one request are those of the endpoints called one after the other.</summary>
public sealed class RolloutsWithRewardsTests : ApiTest
{
    private const string Rewards = """[{"name": "accuracy"}, {"name": "format", "weight": 0.5}]""";

    [Fact]
    public async Task One_request_equals_the_three_steps_in_a_row()
    {
        Api.Policy.Says = (request, index) => (index + request.PromptIndex) switch
        {
            0 => "<think>hm</think><answer>95</answer>",
            1 => "<answer>95</answer>",
            2 => "<think>hm</think><answer>94</answer>",
            _ => "no idea",
        };
        var answer = await Client.PostForJsonAsync("/v1/rollouts", $$"""
            {"prompts": [{"text": "a", "reference": {"answer": "95"} }, {"text": "b", "reference": {"answer": "94"} }], "group_size": 4,
             "rewards": {{Rewards}}, "advantages": {"estimator": "grpo"} }
            """);
        var groups = answer["groups"]!.AsArray();

        for (var group = 0; group < 2; group++)
        {
            var completions = groups[group]!["completions"]!.AsArray();
            var samples = new JsonArray([.. completions.Select(completion => new JsonObject
            {
                ["completion"] = (string)completion!["text"]!,
                ["reference"] = new JsonObject { ["answer"] = group == 0 ? "95" : "94" },
            })]);
            var scored = await Client.PostForJsonAsync("/v1/rewards", $$"""{"rewards": {{Rewards}}, "samples": {{samples.ToJsonString()}}}""");
            Assert.Equal(Select(scored["samples"]!, "reward"), Select(completions, "reward"));
            Assert.Equal(Select(scored["samples"]!, "scores"), Select(completions, "scores"));
        }

        var rewards = groups.Select(group => $"{{\"rewards\": [{string.Join(',', Select(group!["completions"]!, "reward"))}]}}");
        var chained = await Client.PostForJsonAsync("/v1/advantages", $$"""{"groups": [{{string.Join(',', rewards)}}]}""");
        Assert.Equal(
            chained["groups"]!.AsArray().SelectMany(group => group!["advantages"]!.AsArray()).Select(advantage => (double)advantage!),
            groups.SelectMany(group => group!["completions"]!.AsArray()).Select(completion => (double)completion!["advantage"]!));
        Assert.Equal(Select(chained["groups"]!, "mean"), Select(groups, "reward_mean"));
        Assert.Equal(Select(chained["groups"]!, "std"), Select(groups, "reward_std"));
        Assert.Equal(Select(chained["groups"]!, "reward_std_is_zero"), Select(groups, "reward_std_is_zero"));
        Assert.Equal((double)chained["metrics"]!["frac_reward_zero_std"]!, (double)answer["metrics"]!["frac_reward_zero_std"]!);
        Assert.Equal((double)chained["metrics"]!["reward"]!, (double)answer["metrics"]!["reward"]!, 1e-15);
    }

    [Fact]
    public async Task Rewards_without_advantages_leave_the_advantages_null()
    {
        var answer = await Client.PostForJsonAsync("/v1/rollouts", $$"""{"prompts": [{"text": "a", "reference": {"answer": "1"} }], "group_size": 2, "rewards": {{Rewards}}}""");
        var group = answer["groups"]![0]!;
        Assert.All(group["completions"]!.AsArray(), completion => Assert.Null(completion!["advantage"]));
        Assert.Equal(2.0, group["completions"]!.AsArray().Sum(completion => (double)completion!["reward"]!));
        Assert.Equal(1.0, (double)group["reward_mean"]!);
        Assert.Equal(0.5, (double)answer["metrics"]!["rewards/accuracy/mean"]!);
    }

    [Fact]
    public async Task Without_rewards_everything_about_them_is_null()
    {
        var answer = await Client.PostForJsonAsync("/v1/rollouts", """{"prompts": [{"text": "a"}], "group_size": 2}""");
        var group = answer["groups"]![0]!.AsObject();
        Assert.All(["reward_mean", "reward_std", "reward_std_is_zero"], (string name) => Assert.True(group.ContainsKey(name) && group[name] is null));
        Assert.False(answer["metrics"]!.AsObject().ContainsKey("reward"));
    }

    [Fact]
    public async Task A_reward_that_could_not_judge_is_null_and_its_advantage_is_0()
    {
        var answer = await Client.PostForJsonAsync("/v1/rollouts", """{"prompts": [{"text": "a"}], "group_size": 2, "rewards": [{"name": "accuracy"}], "advantages": {}}""");
        Assert.All(answer["groups"]![0]!["completions"]!.AsArray(), completion =>
        {
            Assert.Null(completion!["reward"]);
            Assert.Null(completion["scores"]!["accuracy"]!["score"]);
            Assert.Equal(0.0, (double)completion["advantage"]!);
        });
        Assert.Null(answer["groups"]![0]!["reward_mean"]);
        Assert.Null(answer["metrics"]!["reward"]);
    }

    [Theory]
    [InlineData("advantages", """{"prompts": [{"text": "a"}], "advantages": {}}""")]
    [InlineData("advantages.estimator", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format"}], "advantages": {"estimator": "grop"}}""")]
    [InlineData("advantages.estimator", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format"}], "advantages": {"estimator": "remax"}}""")]
    [InlineData("advantages.scale_rewards", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format"}], "advantages": {"scale_rewards": "grop"}}""")]
    [InlineData("advantages.std_epsilon", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format"}], "advantages": {"std_epsilon": -1}}""")]
    [InlineData("advantages.ddof", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format"}], "advantages": {"ddof": 2}}""")]
    [InlineData("advantages.multi_objective_aggregation", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format"}], "advantages": {"estimator": "rloo", "multi_objective_aggregation": "normalize_then_sum"}}""")]
    [InlineData("rewards", """{"prompts": [{"text": "a"}], "rewards": []}""")]
    [InlineData("rewards[1].name", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format"}, {"name": "nice"}]}""")]
    [InlineData("rewards[0].weight", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format", "weight": -1}]}""")]
    [InlineData("rewards[0].params.colour", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format", "params": {"colour": 1}}]}""")]
    [InlineData("rewards[0].wieght", """{"prompts": [{"text": "a"}], "rewards": [{"name": "format", "wieght": 1}]}""")]
    [InlineData("prompts[0].reference", """{"prompts": [{"text": "a", "reference": "95"}]}""")]
    public async Task Bad_input_is_named_by_its_path(string path, string json)
    {
        using var response = await Client.PostTextAsync("/v1/rollouts", json);
        await Problem.AssertInvalidAsync(response, path);
        Assert.Empty(Api.Policy.Requests);
    }

    private static IEnumerable<string> Select(JsonNode list, string field) => list.AsArray().Select(item => item![field]?.ToJsonString() ?? "null");
}
