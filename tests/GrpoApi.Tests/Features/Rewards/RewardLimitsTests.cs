namespace GrpoApi.Tests.Features.Rewards;

public sealed class RewardLimitsTests
{
    [Theory]
    [InlineData("Limits:MaxSamples", "samples", "At most 1 samples are allowed, not 2.")]
    [InlineData("Limits:MaxRewards", "rewards", "At most 1 rewards are allowed, not 2.")]
    public async Task A_request_beyond_a_limit_is_told_the_limit(string setting, string path, string message)
    {
        using var api = new ApiFactory();
        api.Settings[setting] = "1";
        using var client = api.CreateClient();
        using var response = await client.PostTextAsync("/v1/rewards", """{"rewards": [{"name": "accuracy"}, {"name": "format"}], "samples": [{"completion": "a"}, {"completion": "b"}]}""");
        Assert.Equal(message, await Problem.AssertInvalidAsync(response, path));
    }
}
