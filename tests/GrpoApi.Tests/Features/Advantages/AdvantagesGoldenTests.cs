using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Advantages;

/// <summary>Every golden advantage, asked in the trainer's own parameter and input names.</summary>
public sealed class AdvantagesGoldenTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private readonly HttpClient _client = api.CreateClient();

    public static TheoryData<string> Rows => GoldenRow.IdsOf("advantage");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_trainers_advantages_come_out(string id)
    {
        var row = GoldenRow.Named(id);
        var request = row.Inputs.DeepClone().AsObject();
        if (request["rewards_per_func"] is JsonArray rewards) request["rewards_per_func"] = Undefined(rewards);
        request["trainer_config"] = row.Params.DeepClone();

        var answer = await _client.PostForJsonAsync("/v1/advantages", request.ToJsonString());

        Assert.NotNull(answer["canonical"]!["estimator"]);
        var expected = row.Expected["advantages"]!.AsArray();
        for (var i = 0; i < expected.Count; i++)
        {
            if (expected[i] is not JsonArray tokens)
            {
                GoldenRow.AssertNear(expected[i], answer["advantages"]![i], $"advantages[{i}]");
                continue;
            }

            for (var t = 0; t < tokens.Count; t++)
            {
                // Some trainers leave numbers under the mask, which no loss reads.
                if ((double)row.Inputs["mask"]![i]![t]! == 1) GoldenRow.AssertNear(tokens[t], answer["token_advantages"]![i]![t], $"advantages[{i}][{t}]");
            }
        }

        foreach (var (name, value) in row.Expected["metrics"]?.AsObject() ?? []) GoldenRow.AssertNear(value, answer["metrics"]![name], name);
    }

    public static TheoryData<string> Shapings => GoldenRow.IdsOf("reward_shaping");

    [Theory]
    [MemberData(nameof(Shapings))]
    public async Task The_trainers_shaped_rewards_come_out_and_the_advantages_are_of_them(string id)
    {
        var row = GoldenRow.Named(id);
        var request = row.Inputs.DeepClone().AsObject();
        request["trainer_config"] = row.Params.DeepClone();

        var answer = await _client.PostForJsonAsync("/v1/advantages", request.ToJsonString());

        var expected = row.Expected["rewards"]!.AsArray();
        Assert.Equal(expected.Count, answer["rewards"]!.AsArray().Count);
        for (var i = 0; i < expected.Count; i++) GoldenRow.AssertNear(expected[i], answer["rewards"]![i], $"rewards[{i}]");
        Assert.Equal(expected.Average(value => (double)value!), (double)answer["groups"]![0]!["mean"]!, 9);
    }

    [Fact]
    public void Every_row_is_there() => Assert.Equal((47, 4), (GoldenRow.Count("advantage"), GoldenRow.Count("reward_shaping")));

    [Fact]
    public async Task Token_rewards_give_token_advantages_group_by_group()
    {
        var answer = await _client.PostForJsonAsync("/v1/advantages", """
            {"estimator": "gae", "gamma": 1, "lambda": 1, "whitening": "none",
             "groups": [{"token_rewards": [[0, 1], [0, 0]], "values": [[0.5, 0.5], [0.25, 0.5]], "mask": [[1, 1], [1, 0]]}]}
            """);

        var tokens = answer["groups"]![0]!["token_advantages"]!;
        Assert.Equal([0.5, 0.5], tokens[0]!.AsArray().Select(value => (double)value!));
        Assert.Equal([-0.25, 0.0], tokens[1]!.AsArray().Select(value => (double)value!));
    }

    [Fact]
    public async Task Agents_are_compared_with_themselves_and_their_averages_come_back()
    {
        var answer = await _client.PostForJsonAsync("/v1/advantages", """
            {"trainer_config": {"trainer": "prime_rl", "estimator": "rae", "decay": 0.5}, "rewards": [1, 0, 1], "agents": ["white", "black", "white"]}
            """);

        Assert.Equal([1, 0, 0.5], answer["advantages"]!.AsArray().Select(value => (double)value!));
        Assert.Equal(0.75, (double)answer["agent_baselines"]!["white"]!);
        Assert.Equal("rae", (string?)answer["canonical"]!["estimator"]);
    }

    [Theory]
    [InlineData("completion_lengths", """{"trainer_config": {"trainer": "trl"}, "rewards": [1, 0], "completion_lengths": [3, 4]}""")]
    [InlineData("completion_lengths", """{"trainer_config": {"trainer": "trl", "shaping": "soft_overlong", "max_completion_len": 9, "soft_punish_cache": 3}, "rewards": [1, 0]}""")]
    [InlineData("trainer_config.shaping", """{"trainer_config": {"trainer": "trl", "shaping": "stop_properly"}, "rewards": [1, 0]}""")]
    [InlineData("trainer_config.coef", """{"trainer_config": {"trainer": "openrlhf", "coef": 0.5}, "rewards": [1, 0]}""")]
    [InlineData("groups[0].agents", """{"estimator": "rae", "groups": [{"rewards": [1]}]}""")]
    [InlineData("groups[0].episodes", """{"estimator": "hierarchical_grpo", "groups": [{"rewards": [1], "agents": ["solver"]}]}""")]
    [InlineData("groups[0].sum_pi_squared", """{"estimator": "optimal_token_baseline", "groups": [{"token_rewards": [[1]], "old_logprobs": [[-1]]}]}""")]
    [InlineData("trainer_config.epz", """{"trainer_config": {"trainer": "trl", "epz": 1}, "rewards": [1, 0]}""")]
    [InlineData("trainer_config.eps", """{"trainer_config": {"trainer": "trl", "eps": "small"}, "rewards": [1, 0]}""")]
    [InlineData("trainer_config", """{"estimator": "rloo", "trainer_config": {"trainer": "trl"}, "rewards": [1, 0]}""")]
    [InlineData("group_size", """{"rewards": [1, 0, 1], "group_size": 2}""")]
    [InlineData("mask", """{"rewards": [1, 0], "mask": [[1]]}""")]
    [InlineData("kl[1]", """{"trainer_config": {"trainer": "openrlhf", "estimator": "reinforce"}, "rewards": [1, 0], "mask": [[1], [1]], "kl": [[0], []]}""")]
    [InlineData("groups[0].values", """{"estimator": "gae", "groups": [{"token_rewards": [[1]]}]}""")]
    [InlineData("groups[0].token_rewards", """{"estimator": "reinforce_plus_plus", "groups": [{"rewards": [1]}]}""")]
    [InlineData("groups[0].values[0]", """{"estimator": "gae", "groups": [{"token_rewards": [[1, 2]], "values": [[1]]}]}""")]
    public async Task What_is_wrong_is_named_at_its_path(string path, string request)
    {
        using var response = await _client.PostTextAsync("/v1/advantages", request);
        await Problem.AssertInvalidAsync(response, path);
    }

    /// <summary>A reward function that did not judge is null in a request.</summary>
    private static JsonArray Undefined(JsonArray rows) => [.. rows.Select(row => (JsonNode)new JsonArray([.. row!.AsArray().Select(value =>
        value?.GetValueKind() == System.Text.Json.JsonValueKind.String ? null : value?.DeepClone())]))];
}
