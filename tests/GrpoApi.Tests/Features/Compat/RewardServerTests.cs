using System.Net;

namespace GrpoApi.Tests.Features.Compat;

public sealed class RewardServerTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Right = "<think>37 + 58 = 95.</think><answer>95</answer>";

    [Fact]
    public async Task OpenRlhf_gets_one_number_per_query()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/compat/openrlhf/get_reward?rewards=accuracy,format:0.5", $$$"""
            {"query": ["95 or 96?{{{Right}}}", "95 or 96?It is 96.", "95 or 96?It is 95."], "prompts": ["95 or 96?", "95 or 96?", "95 or 96?"], "labels": ["95", "{\"answer\": \"95\"}", null], "other": 1}
            """);
        Assert.Equal("[1.5,0,0]", answer["rewards"]!.ToJsonString());
        Assert.Equal("[1.5,0,0]", answer["scores"]!.ToJsonString());
        Assert.Equal("[1,0,0]", answer["extra_logs"]!["accuracy"]!.ToJsonString());
        Assert.Equal("[1,0,0]", answer["extra_logs"]!["format"]!.ToJsonString());
    }

    [Fact]
    public async Task OpenRlhf_is_told_what_could_not_be_judged()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/compat/openrlhf/get_reward", """{"query": ["It is 95.", "It is 95."], "labels": ["95", null]}""");
        Assert.Equal("[1,0]", answer["rewards"]!.ToJsonString());
        Assert.Equal("[1,0]", answer["extra_logs"]!["scored"]!.ToJsonString());
    }

    [Fact]
    public async Task OpenRlhf_lists_must_be_of_one_length()
    {
        using var client = api.CreateClient();
        using var response = await client.PostTextAsync("/compat/openrlhf/get_reward", """{"query": ["a", "b"], "labels": ["1"]}""");
        await Problem.AssertInvalidAsync(response, "labels");
    }

    [Theory]
    [InlineData("/compat/slime/rm", "1")]
    [InlineData("/compat/slime/rm?rewards=accuracy,format", "2")]
    [InlineData("/compat/slime/rm?rewards=accuracy,format&details=true", """{"reward":2,"accuracy":1,"format":1}""")]
    public async Task Slime_gets_a_number_or_every_score(string path, string expected)
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync(path, $$$"""{"prompt": [{"role": "user", "content": "?"}], "response": "{{{Right}}}", "label": "95", "metadata": {}}""");
        Assert.Equal(expected, answer.ToJsonString());
    }

    [Theory]
    [InlineData("\"\\\\frac{190}{2}\"")] // LaTeX that begins with no brace
    [InlineData("\"{190}/2\"")] // and that does
    [InlineData("95")]
    [InlineData("""{"answer": "95"}""")]
    public async Task A_label_is_an_answer_or_an_object_of_reference_fields(string label)
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/compat/slime/rm", $$$"""{"prompt": "?", "response": "{{{Right}}}", "label": {{{label}}}}""");
        Assert.Equal("1", answer.ToJsonString());
    }

    [Fact]
    public async Task NemoGym_gets_its_body_back_with_the_reward()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/compat/nemo-gym/verify?rewards=accuracy,format", $$$"""
            {"responses_create_params": {"input": []}, "question": "37 + 58", "expected_answer": "95",
             "response": {"id": "r", "output": [{"type": "reasoning", "summary": []}, {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "{{{Right}}}"}]}]}}
            """);
        Assert.Equal(2, (double)answer["reward"]!);
        Assert.Equal("""{"accuracy":1,"format":1}""", answer["reward_components"]!.ToJsonString());
        Assert.Equal("37 + 58", (string)answer["question"]!);
        Assert.Equal("r", (string)answer["response"]!["id"]!);
        Assert.Null(answer["_ng_failure_class"]);
    }

    [Fact]
    public async Task NemoGym_is_told_what_could_not_be_judged()
    {
        using var client = api.CreateClient();
        var answer = await client.PostForJsonAsync("/compat/nemo-gym/verify", """{"response": {"output": [{"type": "message", "content": "It is 95."}]}}""");
        Assert.Equal(0, (double)answer["reward"]!);
        Assert.Equal("not_judged", (string)answer["_ng_failure_class"]!);
        using var response = await client.PostTextAsync("/compat/nemo-gym/verify", """{"expected_answer": "95"}""");
        await Problem.AssertInvalidAsync(response, "response.output");
    }

    [Theory]
    [InlineData("nonsense", "nonsense")]
    [InlineData("accuracy:much", "much")]
    [InlineData("accuracy:-1", "weight")]
    public async Task Rewards_that_are_not_known_are_named(string rewards, string named)
    {
        using var client = api.CreateClient();
        using var response = await client.PostTextAsync($"/compat/slime/rm?rewards={rewards}", """{"response": "a"}""");
        Assert.Contains(named, await Problem.AssertInvalidAsync(response, "rewards"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configured_rewards_are_run()
    {
        await using var configured = new ApiFactory { Settings = { ["Compat:Rewards"] = "format:0.25" } };
        using var client = configured.CreateClient();
        Assert.Equal("0.25", (await client.PostForJsonAsync("/compat/slime/rm", $$$"""{"response": "{{{Right}}}"}""")).ToJsonString());
    }

    [Fact]
    public void A_wrong_configuration_stops_the_start()
    {
        using var wrong = new ApiFactory { Settings = { ["Compat:Rewards"] = "nonsense" } };
        Assert.Contains("Compat:Rewards", Assert.ThrowsAny<InvalidOperationException>(() => wrong.CreateClient()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_needed_where_keys_are_configured()
    {
        await using var guarded = new ApiFactory { Settings = { ["Auth:Keys"] = "secret" } };
        using var client = guarded.CreateClient();
        using var response = await client.PostTextAsync("/compat/slime/rm", """{"response": "a"}""");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
