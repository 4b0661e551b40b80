using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Advantages;

/// <summary>What trainers' settings mean where no golden row says it: numbers by hand.</summary>
public sealed class AdvantageDialectTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string SeveralRewards = """
        "rewards_per_func": [[1, 0], [0, 4], [2, 1], [0, 0], [1, 5], [1, 2]], "group_ids": [0, 0, 0, 1, 1, 1], "mask": [[1, 1], [1, 0], [1, 1], [1, 0], [1, 0], [1, 1]]
        """;

    private readonly HttpClient _client = api.CreateClient();

    [Fact]
    public async Task Tinker_centres_rewards_and_lets_tokens_pay_for_the_divergence_above_the_mean()
    {
        // old - ref is 0.5, 0 and 1 under the mask, 0.5 in the mean.
        var answer = await ComputeAsync("""
            {"trainer_config": {"trainer": "tinker", "kl_penalty_coef": 0.1}, "rewards": [1, 0], "mask": [[1, 1], [1, 0]],
             "old_logprobs": [[-1, -2], [-1, 0]], "ref_logprobs": [[-1.5, -2], [-2, 0]]}
            """);

        AssertNear([0.5, -0.5], answer["advantages"]!);
        AssertNear([0.5, 0.55], answer["token_advantages"]![0]!);
        AssertNear([-0.55, 0], answer["token_advantages"]![1]!);
        Assert.Equal("dr_grpo", (string?)answer["canonical"]!["estimator"]);
    }

    [Fact]
    public async Task Verl_divides_gpg_by_f_norm()
    {
        var answer = await ComputeAsync("""{"trainer_config": {"trainer": "verl", "estimator": "gpg", "f_norm": 2}, "token_level_rewards": [[1], [0], [0], [0]], "group_ids": [0, 0, 0, 0]}""");
        AssertNear([1.5, -0.5, -0.5, -0.5], answer["advantages"]!);
    }

    [Fact]
    public async Task Verl_takes_the_rewards_from_each_token_on_for_remax()
    {
        var answer = await ComputeAsync("""
            {"trainer_config": {"trainer": "verl", "estimator": "remax"}, "token_level_rewards": [[1, 0, 2, 9]], "mask": [[1, 1, 1, 0]], "reward_baselines": [0.5]}
            """);
        AssertNear([2.5, 1.5, 1.5, 0], answer["token_advantages"]![0]!);
    }

    [Fact]
    public async Task Verl_takes_the_divergence_off_the_rewards_of_tokens()
    {
        // Rewards 1 - 0.1 and 0 - 0.2.
        var answer = await ComputeAsync("""
            {"trainer_config": {"trainer": "verl", "estimator": "rloo", "use_kl_in_reward": true, "kl_coef": 0.1}, "group_ids": [0, 0],
             "token_level_rewards": [[0, 1], [0, 0]], "kl": [[1, 0], [0, 2]], "mask": [[1, 1], [1, 1]]}
            """);
        AssertNear([1.1, -1.1], answer["advantages"]!);
    }

    // The numbers of the two below are those of the formulas in verl's compute_gdpo_outcome_advantage and in NeMo-RL's GDPO, computed apart from this code.
    [Fact]
    public async Task Verl_whitens_the_weighted_sum_of_normalised_rewards()
    {
        var answer = await ComputeAsync($$"""{"trainer_config": {"trainer": "verl", "estimator": "gdpo", "gdpo_reward_weights": [1, 0.5]}, {{SeveralRewards}}}""");
        double[] expected = [-0.5751290859527041, -0.6197236079680084, 0.834633099729823, -1.9596256010268582, 1.1384708310305778, 0.4609351758053914];
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], (double)answer["token_advantages"]![i]![0]!, 9);
        Assert.Equal(0, (double)answer["token_advantages"]![1]![1]!);
    }

    [Fact]
    public async Task Nemo_compares_each_reward_with_the_others_of_its_group()
    {
        var answer = await ComputeAsync($$"""{"trainer_config": {"trainer": "nemo_rl", "estimator": "gdpo", "reward_weights": [1, 0.5]}, {{SeveralRewards}}}""");
        AssertNear([-0.6840432355722393, -0.057614466922100274, 0.9994833326942364, -1.5050790765930318, 1.1169394466122815, 0.130313999780854], answer["advantages"]!);
    }

    [Fact]
    public async Task Nemo_leaves_the_odd_one_out_undivided_where_the_others_are_equal()
    {
        // NVIDIA-NeMo/RL#4158: in single precision the spread of seven times 0.35 left a residue, and the advantage was 4000.
        var answer = await ComputeAsync("""{"trainer_config": {"trainer": "nemo_rl"}, "rewards": [1, 0.35, 0.35, 0.35, 0.35, 0.35, 0.35, 0.35], "group_size": 8}""");
        Assert.Equal(0.65, (double)answer["advantages"]![0]!, 12);
    }

    [Theory]
    [InlineData("reinforce_baseline", 30, 10)]
    [InlineData("reinforce_baseline", 6, 3)]
    [InlineData("rloo", 30, 10)]
    [InlineData("rloo", 6, 6)]
    public async Task OpenRlhf_clips_rewards_after_the_baseline(string estimator, double reward, double advantage)
    {
        var answer = await ComputeAsync($$"""
            {"trainer_config": {"trainer": "openrlhf", "estimator": "{{estimator}}", "whiten": false, "reward_clip_range": [-10, 10]}, "rewards": [{{reward}}, 0], "group_size": 2, "mask": [[1], [1]]}
            """);
        AssertNear([advantage], answer["token_advantages"]![0]!);
        AssertNear([-advantage], answer["token_advantages"]![1]!);
    }

    [Fact]
    public async Task OpenRlhf_takes_the_divergence_off_after_the_baseline()
    {
        var answer = await ComputeAsync("""
            {"trainer_config": {"trainer": "openrlhf", "estimator": "rloo", "kl_coef": 0.1}, "rewards": [1, 0], "group_size": 2, "mask": [[1, 1], [1, 1]], "kl": [[0.5, 1], [0, 0]]}
            """);
        AssertNear([0.85, 0.9], answer["token_advantages"]![0]!);
        AssertNear([-1, -1], answer["token_advantages"]![1]!);
    }

    [Theory]
    [InlineData("""{"trainer": "nemo_rl", "shaping": "soft_overlong", "max_response_length": 100, "overlong_buffer_length": 20, "overlong_buffer_penalty": 1}""", new[] { 1, 0.5, -2.5 })]
    [InlineData("""{"trainer": "areal", "shaping": "soft_overlong", "max_response_length": 100, "overlong_tokens": 20, "overlong_penalty_factor": 0.5}""", new[] { 1, 0.75, -0.75 })]
    [InlineData("""{"trainer": "nemo_rl", "shaping": "stop_properly", "stop_properly_penalty_coef": 0.5}""", new[] { 1, 1, 0.5 })]
    public async Task Rewards_are_shaped_as_the_trainer_shapes_them(string config, double[] rewards)
    {
        var answer = await ComputeAsync($$"""{"trainer_config": {{config}}, "rewards": [1, 1, 1], "completion_lengths": [70, 90, 150], "truncated": [false, false, true]}""");
        AssertNear(rewards, answer["rewards"]!);
    }

    [Theory]
    [InlineData("trainer_config.reward_weights", "2 weights for 1", """{"trainer_config": {"trainer": "trl", "reward_weights": [1, 1]}, "rewards_per_func": [[1], [0]]}""")]
    [InlineData("trainer_config.reward_clip_range", "[low, high]", """{"trainer_config": {"trainer": "trl", "estimator": "rloo", "reward_clip_range": [1]}, "rewards": [1, 0]}""")]
    [InlineData("trainer_config.ddof", "whole number", """{"trainer_config": {"trainer": "trl", "ddof": 0.5}, "rewards": [1, 0]}""")]
    [InlineData("rewards", "needed by beta", """{"trainer_config": {"trainer": "trl", "estimator": "rloo", "beta": 0.1}, "token_level_rewards": [[1], [0]]}""")]
    [InlineData("kl", "use_kl_in_reward", """{"trainer_config": {"trainer": "verl", "use_kl_in_reward": true}, "token_level_rewards": [[1], [0]]}""")]
    [InlineData("ref_logprobs", "kl_penalty_coef", """{"trainer_config": {"trainer": "tinker", "kl_penalty_coef": 0.1}, "rewards": [1, 0], "mask": [[1], [1]], "old_logprobs": [[-1], [-1]]}""")]
    [InlineData("trainer_config.stop_properly_penalty_coef", "[0, 1]", """{"trainer_config": {"trainer": "nemo_rl", "shaping": "stop_properly", "stop_properly_penalty_coef": -1}, "rewards": [1], "truncated": [true]}""")]
    [InlineData("trainer_config.gdpo_reward_weights", "1 weights for 2", """{"trainer_config": {"trainer": "verl", "estimator": "gdpo", "gdpo_reward_weights": [1]}, "rewards_per_func": [[1, 0], [0, 1]]}""")]
    [InlineData("mask[0][1]", "0 or 1", """{"rewards": [1], "mask": [[1, 0.5]]}""")]
    [InlineData("mask", "the estimator opo", """{"estimator": "opo", "rewards": [1, 0]}""")]
    [InlineData("reward_baselines", "the estimator remax", """{"estimator": "remax", "rewards": [1, 0]}""")]
    [InlineData("f_norm", "above 0", """{"estimator": "gpg", "f_norm": 0, "rewards": [1, 0]}""")]
    public async Task What_is_wrong_is_named_as_it_was_sent(string path, string message, string request)
    {
        using var response = await _client.PostTextAsync("/v1/advantages", request);
        Assert.Contains(message, await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }

    public static TheoryData<string> Rows => GoldenRow.IdsOf("advantage");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_trainer_answers_masks_of_all_zeros_with_zeros(string id)
    {
        var row = GoldenRow.Named(id);
        if (!row.Inputs.ContainsKey("mask")) return;
        var request = row.Inputs.DeepClone().AsObject();
        request["mask"] = new JsonArray([.. request["mask"]!.AsArray().Select(tokens => (JsonNode)new JsonArray([.. tokens!.AsArray().Select(_ => (JsonNode)0)]))]);
        request["trainer_config"] = row.Params.DeepClone();

        var answer = await ComputeAsync(request.ToJsonString());

        Assert.All(answer["token_advantages"]!.AsArray().SelectMany(tokens => tokens!.AsArray()), advantage => Assert.Equal(0, (double)advantage!));
    }

    private Task<JsonNode> ComputeAsync(string json) => _client.PostForJsonAsync("/v1/advantages", json);

    private static void AssertNear(double[] expected, JsonNode actual)
    {
        Assert.Equal(expected.Length, actual.AsArray().Count);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], (double)actual[i]!, 9);
    }
}
