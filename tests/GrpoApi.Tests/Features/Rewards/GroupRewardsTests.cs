using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Rewards;

public sealed class GroupRewardsTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task Groups_are_told_by_their_key_wherever_their_samples_stand()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/v1/rewards", """
            {"rewards": [{"name": "kimi_length"}, {"name": "accuracy", "weight": 0}],
             "samples": [{"completion": "4", "token_count": 10, "group": "p", "reference": {"answer": "4"}},
                         {"completion": "9", "token_count": 500, "group": "q", "reference": {"answer": "9"}},
                         {"completion": "4", "token_count": 30, "group": "p", "reference": {"answer": "4"}},
                         {"completion": "5", "token_count": 10, "group": "p", "reference": {"answer": "4"}},
                         {"completion": "9", "token_count": 500, "group": "q", "reference": {"answer": "9"}},
                         {"completion": "4", "token_count": 10, "reference": {"answer": "4"}},
                         {"completion": "4", "token_count": 20, "group": "p"}]}
            """);
        Assert.Equal(["0.5", "0", "-0.5", "0", "0", "null", "null"], Scores(answer, "kimi_length"));
        Assert.StartsWith("group is missing", (string)answer["samples"]![5]!["scores"]!["kimi_length"]!["reason"]!, StringComparison.Ordinal);
        Assert.Equal(5, (int)answer["metrics"]!["rewards/kimi_length/scored"]!);
        Assert.Equal(0.0, (double)answer["metrics"]!["rewards/kimi_length/mean"]!);
        Assert.Equal("0", answer["samples"]![5]!["reward"]!.ToJsonString()); // accuracy was scored, at weight 0
        Assert.Null(answer["samples"]![6]!["reward"]);
    }

    [Fact]
    public async Task The_catalogue_says_which_rewards_need_groups_and_which_ranges_are_open()
    {
        using var client = api.CreateClient();
        var rewards = (await client.GetJsonAsync("/v1/rewards"))["rewards"]!.AsArray();
        Assert.Equal(["kimi_length"], rewards.Where(reward => (bool)reward!["group"]!).Select(reward => (string)reward!["name"]!));
        Assert.Equal("[null,0.5]", rewards.Single(reward => (string)reward!["name"]! == "xml_count")!["range"]!.ToJsonString());
        Assert.All(rewards, reward => Assert.Equal("object", (string)reward!["params"]!["type"]!));
    }

    [Theory]
    [InlineData("""{"name": "kimi_length", "params": {"accuracy": {"name": "kimi_length"}}}""", "rewards[0].params.accuracy.name")]
    [InlineData("""{"name": "composite", "params": {"rewards": [{"name": "format", "params": {"modee": "soft"}}]}}""", "rewards[0].params.rewards[0].params.modee")]
    [InlineData("""{"name": "regex_match", "params": {"pattern": "(a"}}""", "rewards[0].params.pattern")]
    [InlineData("""{"name": "repetition_penalty", "params": {"max_penalty": 1}}""", "rewards[0].params.max_penalty")]
    public async Task Parameters_inside_parameters_are_refused_at_their_path(string reward, string path)
    {
        using var client = api.CreateClient();
        using var response = await client.PostTextAsync("/v1/rewards", $$"""{"rewards": [{{reward}}], "samples": [{"completion": "a", "group": "g"}]}""");
        Assert.NotEmpty(await Problem.AssertInvalidAsync(response, path));
    }

    [Fact]
    public async Task Every_reward_answers_without_parameters_and_without_a_reference()
    {
        using var client = api.CreateClient();
        var catalogue = (await client.GetJsonAsync("/v1/rewards"))["rewards"]!.AsArray();
        foreach (var name in catalogue.Select(reward => (string)reward!["name"]!))
        {
            var answer = await client.PostForJsonAsync("/v1/rewards", $$"""{"rewards": [{"name": "{{name}}"}], "samples": [{"completion": "<think>a</think>4 \ud800", "group": "g"}]}""");
            var score = answer["samples"]![0]!["scores"]![name]!.AsObject();
            Assert.True(score.ContainsKey("score"), name);
            Assert.DoesNotContain("failed", (string)score["reason"]!, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Scores(JsonNode answer, string reward) =>
        answer["samples"]!.AsArray().Select(sample => sample!["scores"]![reward]!["score"]?.ToJsonString() ?? "null");
}
