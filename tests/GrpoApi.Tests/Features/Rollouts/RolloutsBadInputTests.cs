using System.Net;

namespace GrpoApi.Tests.Features.Rollouts;

/// <summary>Each kind of bad input is a 400 whose error is at the caller's own JSON path.</summary>
public sealed class RolloutsBadInputTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Theory]
    [InlineData("prompts", "{}")]
    [InlineData("prompts", """{"prompts": []}""")]
    [InlineData("prompts", """{"prompts": null}""")]
    [InlineData("prompts[1]", """{"prompts": [{"text": "a"}, null]}""")]
    [InlineData("prompts[0]", """{"prompts": [{}]}""")]
    [InlineData("prompts[1]", """{"prompts": [{"text": "a"}, {"text": "a", "token_ids": [1]}]}""")]
    [InlineData("prompts[0]", """{"prompts": [{"text": "a", "messages": [{"role": "user", "content": "b"}]}]}""")]
    [InlineData("prompts[0].text", """{"prompts": [{"text": ""}]}""")]
    [InlineData("prompts[0].token_ids", """{"prompts": [{"token_ids": []}]}""")]
    [InlineData("prompts[0].token_ids[2]", """{"prompts": [{"token_ids": [1, 2, 128]}]}""")]
    [InlineData("prompts[0].token_ids[0]", """{"prompts": [{"token_ids": [-1]}]}""")]
    [InlineData("prompts[0].messages", """{"prompts": [{"messages": []}]}""")]
    [InlineData("prompts[0].messages", """{"prompts": [{"messages": [{"role": "wizard", "content": "b"}]}]}""")]
    [InlineData("prompts[0].messages[1].role", """{"prompts": [{"messages": [{"role": "user", "content": "b"}, {"content": "b"}]}]}""")]
    [InlineData("prompts[0].messages[0]", """{"prompts": [{"messages": [null]}]}""")]
    [InlineData("group_size", """{"prompts": [{"text": "a"}], "group_size": 0}""")]
    [InlineData("group_size", """{"prompts": [{"text": "a"}], "group_size": 257}""")]
    [InlineData("group_size", """{"prompts": [{"text": "a"}], "group_size": "8"}""")]
    [InlineData("group_size", """{"prompts": [{"text": "a"}], "group_size": 1.5}""")]
    [InlineData("sampling.temperature", """{"prompts": [{"text": "a"}], "sampling": {"temperature": -0.1}}""")]
    [InlineData("sampling.temperature", """{"prompts": [{"text": "a"}], "sampling": {"temperature": NaN}}""")]
    [InlineData("sampling.temperature", """{"prompts": [{"text": "a"}], "sampling": {"temperature": 1e999}}""")]
    [InlineData("sampling.temperature", """{"prompts": [{"text": "a"}], "sampling": {"temperature": null}}""")]
    [InlineData("sampling.top_p", """{"prompts": [{"text": "a"}], "sampling": {"top_p": 0}}""")]
    [InlineData("sampling.top_p", """{"prompts": [{"text": "a"}], "sampling": {"top_p": 1.01}}""")]
    [InlineData("sampling.top_k", """{"prompts": [{"text": "a"}], "sampling": {"top_k": -1}}""")]
    [InlineData("sampling.min_p", """{"prompts": [{"text": "a"}], "sampling": {"min_p": 1.5}}""")]
    [InlineData("sampling.max_tokens", """{"prompts": [{"text": "a"}], "sampling": {"max_tokens": 0}}""")]
    [InlineData("sampling.max_tokens", """{"prompts": [{"text": "a"}], "sampling": {"max_tokens": 32769}}""")]
    [InlineData("sampling.min_tokens", """{"prompts": [{"text": "a"}], "sampling": {"max_tokens": 4, "min_tokens": 5}}""")]
    [InlineData("sampling.stop[1]", """{"prompts": [{"text": "a"}], "sampling": {"stop": ["x", ""]}}""")]
    [InlineData("sampling.stop[0]", """{"prompts": [{"text": "a"}], "sampling": {"stop": [null]}}""")]
    [InlineData("sampling.stop", """{"prompts": [{"text": "a"}], "sampling": {"stop": "x"}}""")]
    [InlineData("sampling.stop_token_ids[0]", """{"prompts": [{"text": "a"}], "sampling": {"stop_token_ids": [500]}}""")]
    [InlineData("sampling.logit_bias.abc", """{"prompts": [{"text": "a"}], "sampling": {"logit_bias": {"abc": 1}}}""")]
    [InlineData("sampling.logit_bias.500", """{"prompts": [{"text": "a"}], "sampling": {"logit_bias": {"500": 1}}}""")]
    [InlineData("sampling.seed", """{"prompts": [{"text": "a"}], "sampling": {"seed": 1.5}}""")]
    [InlineData("sampling", """{"prompts": [{"text": "a"}], "sampling": null}""")]
    [InlineData("include[0]", """{"prompts": [{"text": "a"}], "include": ["logits"]}""")]
    [InlineData("sampling.temprature", """{"prompts": [{"text": "a"}], "sampling": {"temprature": 1}}""")]
    [InlineData("policy", """{"prompts": [{"text": "a"}], "policy": ""}""")]
    public async Task Bad_input_is_named_by_its_path(string path, string json)
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/rollouts", json);
        Assert.NotEmpty(await Problem.AssertInvalidAsync(response, path));
    }

    [Fact]
    public async Task A_prompt_that_fills_the_context_is_refused_with_both_numbers()
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/rollouts", $$"""{"prompts": [{"text": "{{new string('a', 100)}}"}]}""");
        var message = await Problem.AssertInvalidAsync(response, "prompts[0].text");
        Assert.Contains("has 100 tokens", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_with_room_for_one_token_gets_one()
    {
        using var client = await api.CreateReadyClientAsync();
        var answer = await client.PostForJsonAsync("/v1/rollouts", $$"""{"prompts": [{"text": "{{new string('a', 99)}}"}], "group_size": 1}""");
        Assert.Single(answer["groups"]![0]!["completions"]![0]!["token_ids"]!.AsArray());
        Assert.Equal("length", (string)answer["groups"]![0]!["completions"]![0]!["finish_reason"]!);
    }

    [Fact]
    public async Task Too_many_completions_in_one_request_are_refused()
    {
        using var client = await api.CreateReadyClientAsync();
        var prompts = string.Join(',', Enumerable.Repeat("""{"text": "a"}""", 40));
        using var response = await client.PostTextAsync("/v1/rollouts", $$"""{"prompts": [{{prompts}}], "group_size": 200}""");
        Assert.Contains("4096", await Problem.AssertInvalidAsync(response, "group_size"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("fake@2")]
    [InlineData("fake@reference")]
    public async Task An_unknown_policy_is_404(string name)
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/rollouts", $$"""{"policy": "{{name}}", "prompts": [{"text": "a"}]}""");
        var problem = await Problem.AssertAsync(response, HttpStatusCode.NotFound, "policy-not-found");
        Assert.Contains(name, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_failures_of_a_request_are_reported_together()
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}], "group_size": 0, "sampling": {"temperature": -1, "top_p": 2}}""");
        var problem = await Problem.AssertAsync(response, HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["group_size", "sampling.temperature", "sampling.top_p"], problem["errors"]!.AsObject().Select(error => error.Key));
    }
}
