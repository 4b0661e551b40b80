namespace GrpoApi.Tests.Http;

/// <summary>A null where a list has none is the caller's error at its path, never the server's.</summary>
public sealed class NullElementsTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private readonly HttpClient _client = api.CreateClient();

    [Theory]
    [InlineData("/v1/loss", "sequences[1]", """{"sequences": [{"logprobs": [-1], "advantage": 1}, null]}""")]
    [InlineData("/v1/loss", "sequences[0]", """{"trainer_config": {"trainer": "trl"}, "sequences": [null]}""")]
    [InlineData("/v1/loss", "rollout_correction.rejection.token_k1", """{"rollout_correction": {"rejection": {"token_k1": null}}, "sequences": [{"logprobs": [-1], "rollout_logprobs": [-1], "advantage": 1}]}""")]
    [InlineData("/v1/kl", "sequences[0]", """{"sequences": [null]}""")]
    [InlineData("/v1/importance-weights", "sequences[0]", """{"sequences": [null]}""")]
    [InlineData("/v1/advantages", "groups[0]", """{"groups": [null]}""")]
    [InlineData("/v1/advantages", "groups[0].token_rewards[1]", """{"estimator": "gae", "groups": [{"token_rewards": [[1], null]}]}""")]
    [InlineData("/v1/advantages", "groups[0].agents[0]", """{"estimator": "rae", "groups": [{"rewards": [1], "agents": [null]}]}""")]
    [InlineData("/v1/advantages", "token_level_rewards[0]", """{"trainer_config": {"trainer": "verl"}, "token_level_rewards": [null]}""")]
    [InlineData("/v1/advantages", "rewards_per_func[1]", """{"trainer_config": {"trainer": "trl"}, "rewards_per_func": [[1], null]}""")]
    [InlineData("/v1/advantages", "mask[0]", """{"rewards": [1], "mask": [null]}""")]
    public async Task A_null_element_is_named(string operation, string path, string request)
    {
        using var response = await _client.PostTextAsync(operation, request);
        Assert.Contains("Must not be null", await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_null_reward_is_one_that_was_not_judged()
    {
        var answer = await _client.PostForJsonAsync("/v1/advantages", """{"estimator": "dr_grpo", "groups": [{"scores": {"a": [1, null, 0]}}]}""");
        Assert.Equal(0, (double)answer["groups"]![0]!["advantages"]![1]!);
    }
}
