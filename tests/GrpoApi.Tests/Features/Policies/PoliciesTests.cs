using System.Net;

namespace GrpoApi.Tests.Features.Policies;

public sealed class PoliciesTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task The_list_describes_each_policy_as_the_single_answer_does()
    {
        using var client = await api.CreateReadyClientAsync();
        var list = await client.GetJsonAsync("/v1/policies");
        var policy = Assert.Single(list["policies"]!.AsArray())!;
        Assert.Equal("fake", (string)policy["name"]!);
        Assert.Equal((128, 100, 8), ((int)policy["vocab_size"]!, (int)policy["context_length"]!, (int)policy["limits"]!["max_sequences"]!));
        Assert.Equal("[0]", policy["eos_token_ids"]!.ToJsonString());
        Assert.Equal(policy.ToJsonString(), (await client.GetJsonAsync("/v1/policies/fake")).ToJsonString());
        Assert.Equal(policy.ToJsonString(), (await client.GetJsonAsync("/v1/policies/fake@1")).ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/tokenize")]
    public async Task An_unknown_policy_is_404(string operation)
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = operation.Length == 0
            ? await client.GetAsync(new Uri("/v1/policies/nobody", UriKind.Relative))
            : await client.PostTextAsync("/v1/policies/nobody" + operation, """{"text": "a"}""");
        await Problem.AssertAsync(response, HttpStatusCode.NotFound, "policy-not-found");
    }

    [Fact]
    public async Task Text_is_tokenised_as_it_is_and_comes_back()
    {
        using var client = await api.CreateReadyClientAsync();
        var tokens = await client.PostForJsonAsync("/v1/policies/fake/tokenize", """{"text": "Hi!"}""");
        Assert.Equal("""{"token_ids":[72,105,33],"tokens":["H","i","!"],"text":"Hi!"}""", tokens.ToJsonString());
        var text = await client.PostForJsonAsync("/v1/policies/fake/detokenize", """{"token_ids": [72, 105, 33]}""");
        Assert.Equal("Hi!", (string)text["text"]!);
    }

    [Theory]
    [InlineData(true, "a")]
    [InlineData(false, "a\0")]
    public async Task Special_tokens_are_left_out_when_asked(bool skip, string expected)
    {
        using var client = await api.CreateReadyClientAsync();
        var text = await client.PostForJsonAsync("/v1/policies/fake/detokenize", $$"""{"token_ids": [97, 0], "skip_special_tokens": {{(skip ? "true" : "false")}}}""");
        Assert.Equal(expected, (string)text["text"]!);
    }

    [Theory]
    [InlineData(true, "user:hi\nassistant:")]
    [InlineData(false, "user:hi\n")]
    public async Task Messages_are_rendered_and_the_rendering_is_answered(bool generationPrompt, string expected)
    {
        using var client = await api.CreateReadyClientAsync();
        var json = $$"""{"messages": [{"role": "user", "content": "hi"}], "add_generation_prompt": {{(generationPrompt ? "true" : "false")}}}""";
        Assert.Equal(expected, (string)(await client.PostForJsonAsync("/v1/policies/fake/tokenize", json))["text"]!);
    }

    [Theory]
    [InlineData("$", "tokenize", "{}")]
    [InlineData("$", "tokenize", """{"text": "a", "messages": [{"role": "user", "content": "a"}]}""")]
    [InlineData("messages", "tokenize", """{"messages": []}""")]
    [InlineData("messages[0].role", "tokenize", """{"messages": [{"role": 1}]}""")]
    [InlineData("messages", "tokenize", """{"messages": [{"role": "wizard"}]}""")]
    [InlineData("token_ids[1]", "detokenize", """{"token_ids": [1, 128]}""")]
    [InlineData("token_ids[0]", "detokenize", """{"token_ids": [-1]}""")]
    public async Task Bad_input_is_named_by_its_path(string path, string operation, string json)
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync($"/v1/policies/fake/{operation}", json);
        await Problem.AssertInvalidAsync(response, path);
    }
}
