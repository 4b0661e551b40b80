using System.Net;
using System.Text.Json.Nodes;
using Grpo.Rollouts;

namespace GrpoApi.Tests.Features.Compat;

/// <summary>OpenAI's API on the service as it is shipped, compared with ours.</summary>
public sealed class OpenAiTests(TinyServer tiny) : IClassFixture<TinyServer>
{
    [Fact]
    public async Task Models_are_the_policies()
    {
        var models = await tiny.Client.GetJsonAsync("/v1/models");
        Assert.Equal("list", (string)models["object"]!);
        var model = Assert.Single(models["data"]!.AsArray());
        Assert.Equal(("tiny-r1", "model", "grpoapi"), ((string)model!["id"]!, (string)model["object"]!, (string)model["owned_by"]!));
        Assert.True((int)model["max_model_len"]! > 0);
    }

    [Theory]
    [InlineData("\"What is 37 + 58?\"")]
    [InlineData("[\"What is 37 + 58?\", \"What is 6 * 7?\"]")]
    public async Task Completions_are_those_of_rollouts(string prompt)
    {
        var texts = prompt[0] == '[' ? prompt : $"[{prompt}]";
        var asRollouts = string.Join(',', JsonNode.Parse(texts)!.AsArray().Select(text => $$"""{"text": {{text!.ToJsonString()}} }"""));
        var groups = (await tiny.Client.PostForJsonAsync("/v1/rollouts", $$"""{"prompts": [{{asRollouts}}], "group_size": 2, "sampling": {"seed": 11, "max_tokens": 24, "temperature": 0.7, "top_p": 0.9} }"""))["groups"]!.AsArray();
        var answer = await tiny.Client.PostForJsonAsync("/v1/completions", $$"""{"model": "tiny-r1", "prompt": {{prompt}}, "n": 2, "max_tokens": 24, "temperature": 0.7, "top_p": 0.9, "seed": 11, "logprobs": 3, "return_token_ids": true, "user": "me", "logit_bias": null}""");
        var byIds = await tiny.Client.PostForJsonAsync("/v1/completions", $$"""{"prompt": [{{string.Join(',', groups.Select(group => group!["prompt_token_ids"]!.ToJsonString()))}}], "n": 2, "max_tokens": 24, "temperature": 0.7, "top_p": 0.9, "seed": 11, "logprobs": 3, "return_token_ids": true}""");

        Assert.Equal(answer["choices"]!.ToJsonString(), byIds["choices"]!.ToJsonString());
        Assert.Equal("text_completion", (string)answer["object"]!);
        Assert.Equal("tiny-r1@1", (string)answer["system_fingerprint"]!);
        var completions = groups.SelectMany(group => group!["completions"]!.AsArray().Select(completion => (Group: group, Completion: completion!))).ToList();
        Assert.Equal(completions.Count, answer["choices"]!.AsArray().Count);
        foreach (var (index, (group, completion)) in completions.Index())
        {
            var choice = answer["choices"]![index]!;
            var logprobs = choice["logprobs"]!;
            Assert.Equal(index, (int)choice["index"]!);
            Assert.Equal((string)completion["text"]!, (string)choice["text"]!);
            Assert.Equal(completion["token_ids"]!.ToJsonString(), choice["token_ids"]!.ToJsonString());
            Assert.Equal(group["prompt_token_ids"]!.ToJsonString(), choice["prompt_token_ids"]!.ToJsonString());
            Assert.Equal(completion["logprobs"]!.ToJsonString(), logprobs["token_logprobs"]!.ToJsonString());
            Assert.Equal((string)completion["finish_reason"]!, (string)choice["finish_reason"]!);
            foreach (var (t, token) in logprobs["tokens"]!.AsArray().Index())
            {
                var top = logprobs["top_logprobs"]![t]!.AsObject();
                Assert.Equal((float)logprobs["token_logprobs"]![t]!, (float)top[(string)token!]!);
                Assert.InRange(top.Count, 1, 4);
            }
        }

        Assert.Equal(completions.Sum(one => one.Completion["token_ids"]!.AsArray().Count), (int)answer["usage"]!["completion_tokens"]!);
        Assert.Equal((int)answer["usage"]!["total_tokens"]!, (int)answer["usage"]!["prompt_tokens"]! + (int)answer["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task An_evaluation_harness_scores_by_echo()
    {
        // lm-evaluation-harness, local-completions: log-likelihood of given tokens, and whether they are the greedy ones.
        int[] tokens = [364, 334, 227, 25, 29, 367];
        var answer = await tiny.Client.PostForJsonAsync("/v1/completions", $$"""{"model": "tiny-r1", "prompt": [[{{string.Join(',', tokens)}}]], "temperature": 0, "max_tokens": 1, "logprobs": 1, "seed": 1234, "echo": true}""");
        var scores = (await tiny.Client.PostForJsonAsync("/v1/logprobs", """{"temperature": 0, "top_logprobs": 1, "sequences": [{"prompt_token_ids": [364], "completion_token_ids": [334, 227, 25, 29, 367]}]}"""))["sequences"]![0]!;
        var logprobs = answer["choices"]![0]!["logprobs"]!;
        Assert.Equal(tokens.Length + 1, logprobs["token_logprobs"]!.AsArray().Count);
        Assert.Null(logprobs["token_logprobs"]![0]);
        Assert.Null(logprobs["top_logprobs"]![0]);
        for (var t = 1; t < tokens.Length; t++)
        {
            var value = (float)logprobs["token_logprobs"]![t]!;
            Assert.Equal((float)scores["logprobs"]![t - 1]!, value);
            var top = logprobs["top_logprobs"]![t]!.AsObject().Select(pair => (float)pair.Value!).ToList();
            Assert.Contains(value, top);
            Assert.Equal((float)scores["top_logprobs"]![t - 1]![0]!["logprob"]!, top.Max());
        }

        var scoredOnly = await tiny.Client.PostForJsonAsync("/v1/completions", $$"""{"prompt": [{{string.Join(',', tokens)}}], "temperature": 0, "max_tokens": 0, "logprobs": 1, "echo": true}""");
        Assert.Equal(
            logprobs["token_logprobs"]!.AsArray().SkipLast(1).Select(value => value?.ToJsonString()), scoredOnly["choices"]![0]!["logprobs"]!["token_logprobs"]!.AsArray().Select(value => value?.ToJsonString()));
        Assert.Equal(0, (int)scoredOnly["usage"]!["completion_tokens"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", \"stop\": [\"</think>\", \"<answer>\"]")]
    [InlineData(", \"stop\": \"8\", \"temperature\": 1.4")]
    public async Task A_stream_gives_the_same_text_and_logprobs_piece_by_piece(string more)
    {
        var request = $$"""{"prompt": ["What is 37 + 58?", "What is 6 * 7?"], "n": 4, "max_tokens": 48, "seed": 21, "logprobs": 0, "return_token_ids": true{{more}}""";
        var whole = await tiny.Client.PostForJsonAsync("/v1/completions", request + "}");
        var chunks = await Events.ReadAsync(tiny.Client, "/v1/completions", request + """, "stream": true, "stream_options": {"include_usage": true} }""");
        Assert.Single(chunks.Select(chunk => (string)chunk["id"]!).Distinct());
        Assert.Equal(whole["usage"]!.ToJsonString(), chunks[^1]["usage"]!.ToJsonString());
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        foreach (var choice in whole["choices"]!.AsArray())
        {
            var pieces = chunks.SkipLast(1).Select(chunk => chunk["choices"]![0]!).Where(piece => (int)piece["index"]! == (int)choice!["index"]!).ToList();
            Assert.Equal((string)choice!["text"]!, string.Concat(pieces.Select(piece => (string)piece["text"]!)));
            Assert.Equal(choice["token_ids"]!.AsArray().Select(id => (int)id!), pieces.SelectMany(piece => piece["token_ids"]!.AsArray()).Select(id => (int)id!));
            foreach (var field in (string[])["token_logprobs", "tokens", "text_offset"])
            {
                Assert.Equal(choice["logprobs"]![field]!.AsArray().Select(value => value!.ToJsonString()), pieces.SelectMany(piece => piece["logprobs"]![field]!.AsArray()).Select(value => value!.ToJsonString()));
            }

            Assert.All(pieces.SkipLast(1), piece => Assert.Null(piece["finish_reason"]));
            Assert.Equal((string)choice["finish_reason"]!, (string)pieces[^1]["finish_reason"]!);
            Assert.Equal(choice["stop_reason"]?.ToJsonString(), pieces[^1]["stop_reason"]?.ToJsonString());
            Assert.Equal(choice["prompt_token_ids"]!.ToJsonString(), pieces[0]["prompt_token_ids"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task Chat_goes_through_the_template_and_is_that_of_rollouts()
    {
        var group = (await tiny.Client.PostForJsonAsync("/v1/rollouts", """{"prompts": [{"messages": [{"role": "user", "content": "What is 37 + 58?"}]}], "group_size": 3, "sampling": {"seed": 4, "max_tokens": 40} }"""))["groups"]![0]!;
        const string Request = """
            {"model": "tiny-r1", "messages": [{"role": "user", "content": [{"type": "text", "text": "What is 37 + 58?"}]}], "n": 3, "max_completion_tokens": 40, "seed": 4, "logprobs": true, "top_logprobs": 2,
             "response_format": {"type": "text"}, "tools": [], "store": false, "stop": null, "return_token_ids": trueOTHER}
            """;
        var answer = await tiny.Client.PostForJsonAsync("/v1/chat/completions", Request.Replace("OTHER", "", StringComparison.Ordinal));
        Assert.Equal("chat.completion", (string)answer["object"]!);
        Assert.Equal(group["prompt_token_ids"]!.ToJsonString(), answer["prompt_token_ids"]!.ToJsonString());
        var chunks = await Events.ReadAsync(tiny.Client, "/v1/chat/completions", Request.Replace("OTHER", ", \"stream\": true", StringComparison.Ordinal));
        Assert.Equal(answer["prompt_token_ids"]!.ToJsonString(), chunks[0]["prompt_token_ids"]!.ToJsonString());
        foreach (var (completion, choice) in group["completions"]!.AsArray().Zip(answer["choices"]!.AsArray()))
        {
            Assert.Equal("""{"role":"assistant","content":""", choice!["message"]!.ToJsonString()[..30]);
            Assert.Equal((string)completion!["text"]!, (string)choice["message"]!["content"]!);
            Assert.Equal(completion["token_ids"]!.ToJsonString(), choice["token_ids"]!.ToJsonString());
            var content = choice["logprobs"]!["content"]!.AsArray();
            Assert.Equal(completion["logprobs"]!.AsArray().Select(value => (float)value!), content.Select(token => (float)token!["logprob"]!));
            Assert.All(content, token => Assert.Equal(2, token!["top_logprobs"]!.AsArray().Count));
            Assert.Contains(content, token => (float)token!["logprob"]! == (float)token["top_logprobs"]![0]!["logprob"]!);

            var pieces = chunks.Select(chunk => chunk["choices"]![0]!).Where(piece => (int)piece["index"]! == (int)choice["index"]!).ToList();
            Assert.Equal("assistant", (string)pieces[0]["delta"]!["role"]!);
            Assert.All(pieces.Skip(1), piece => Assert.Null(piece["delta"]!["role"]));
            Assert.Equal((string)choice["message"]!["content"]!, string.Concat(pieces.Select(piece => (string)piece["delta"]!["content"]!)));
            Assert.Equal(content.ToJsonString(), "[" + string.Join(',', pieces.SelectMany(piece => piece["logprobs"]!["content"]!.AsArray()).Select(token => token!.ToJsonString())) + "]");
            Assert.Equal((string)choice["finish_reason"]!, (string)pieces[^1]["finish_reason"]!);
        }
    }

    [Fact]
    public async Task A_stop_string_is_cut_and_a_stop_token_is_named()
    {
        var cut = (await tiny.Client.PostForJsonAsync("/v1/completions", """{"prompt": "What is 37 + 58?", "max_tokens": 64, "n": 8, "seed": 2, "stop": "<"}"""))["choices"]!.AsArray();
        Assert.Contains(cut, choice => (string?)choice!["stop_reason"] == "<" && (string)choice["finish_reason"]! == "stop");
        Assert.All(cut, choice => Assert.DoesNotContain("<", (string)choice!["text"]!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"model": "nobody", "prompt": "a"}""", HttpStatusCode.NotFound, "not_found_error", "model", "model_not_found")]
    [InlineData("""{"prompt": "a", "n": 0}""", HttpStatusCode.BadRequest, "invalid_request_error", "n", "validation")]
    [InlineData("""{"prompt": "a", "temperature": -1}""", HttpStatusCode.BadRequest, "invalid_request_error", "temperature", "validation")]
    [InlineData("""{"prompt": [1, 5000]}""", HttpStatusCode.BadRequest, "invalid_request_error", "prompt[1]", "validation")]
    [InlineData("""{"prompt": [[1], [5000]]}""", HttpStatusCode.BadRequest, "invalid_request_error", "prompt[1][0]", "validation")]
    [InlineData("""{"prompt": []}""", HttpStatusCode.BadRequest, "invalid_request_error", "prompt", "validation")]
    [InlineData("""{"prompt": {"a": 1} }""", HttpStatusCode.BadRequest, "invalid_request_error", "prompt", "validation")]
    [InlineData("""{"prompt": "a", "logprobs": 21}""", HttpStatusCode.BadRequest, "invalid_request_error", "logprobs", "validation")]
    [InlineData("""{"prompt": "a", "presence_penalty": 0.5}""", HttpStatusCode.BadRequest, "invalid_request_error", "presence_penalty", "validation")]
    [InlineData("""{"prompt": "a", "best_of": 3}""", HttpStatusCode.BadRequest, "invalid_request_error", "best_of", "validation")]
    [InlineData("""{"prompt": "a", "stop": 3}""", HttpStatusCode.BadRequest, "invalid_request_error", "stop", "validation")]
    [InlineData("""{"prompt": "a", "max_tokens": 0}""", HttpStatusCode.BadRequest, "invalid_request_error", "max_tokens", "validation")]
    [InlineData("""{"prompt": "a", "stream": true, "max_tokens": 1000000000}""", HttpStatusCode.BadRequest, "invalid_request_error", "max_tokens", "validation")]
    [InlineData("""{"prompt": "a", "max_tokens": "many"}""", HttpStatusCode.BadRequest, "invalid_request_error", "max_tokens", "malformed-json")]
    [InlineData("""{"max_tokens": 1}""", HttpStatusCode.BadRequest, "invalid_request_error", "prompt", "malformed-json")]
    [InlineData("{", HttpStatusCode.BadRequest, "invalid_request_error", "$", "malformed-json")]
    public async Task Errors_are_in_OpenAIs_form(string json, HttpStatusCode status, string type, string param, string code)
    {
        using var response = await tiny.Client.PostTextAsync("/v1/completions", json);
        await AssertErrorAsync(response, status, type, param, code);
    }

    [Theory]
    [InlineData("""{"messages": []}""", "messages")]
    [InlineData("""{"messages": [{"content": "a"}]}""", "messages[0].role")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "top_logprobs": 2}""", "top_logprobs")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "response_format": {"type": "json_object"} }""", "response_format")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "max_completion_tokens": 0}""", "max_completion_tokens")]
    public async Task Errors_of_chat_name_the_callers_field(string json, string param)
    {
        using var response = await tiny.Client.PostTextAsync("/v1/chat/completions", json);
        await AssertErrorAsync(response, HttpStatusCode.BadRequest, "invalid_request_error", param, "validation");
    }

    [Fact]
    public async Task A_missing_key_and_a_full_queue_are_told_in_OpenAIs_form_too()
    {
        await using var api = new ApiFactory { Settings = { ["Auth:Keys"] = "secret" } };
        using var client = api.CreateClient();
        using (var refused = await client.PostTextAsync("/v1/chat/completions", """{"messages": [{"role": "user", "content": "a"}]}"""))
            await AssertErrorAsync(refused, HttpStatusCode.Unauthorized, "authentication_error", null, "unauthorized");

        await client.UntilReadyAsync();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        api.Policy.Before = (_, _) => throw new PolicyBusyException("The queue is full.", TimeSpan.FromSeconds(3));
        foreach (var stream in (string[])["false", "true"])
        {
            using var busy = await client.PostTextAsync("/v1/completions", $$"""{"prompt": "a", "stream": {{stream}} }""");
            Assert.Equal("3", busy.Headers.GetValues("Retry-After").Single());
            await AssertErrorAsync(busy, HttpStatusCode.ServiceUnavailable, "server_error", null, "policy-busy");
        }
    }

    [Fact]
    public async Task A_policy_that_tells_no_tokens_is_streamed_all_the_same()
    {
        await using var api = new ApiFactory();
        using var client = await api.CreateReadyClientAsync();
        api.Policy.TellsTokens = false;
        api.Policy.Says = (_, index) => $"number {index}";
        var chunks = await Events.ReadAsync(client, "/v1/completions", """{"prompt": "a", "n": 2, "stream": true, "max_tokens": 50}""");
        Assert.Equal(["number 0", "number 1"], chunks.Select(chunk => (string)chunk["choices"]![0]!["text"]!));
        Assert.All(chunks, chunk => Assert.Equal("stop", (string)chunk["choices"]![0]!["finish_reason"]!));
    }

    private static async Task AssertErrorAsync(HttpResponseMessage response, HttpStatusCode status, string type, string? param, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        var error = JsonNode.Parse(text)!["error"]!;
        Assert.NotEmpty((string)error["message"]!);
        Assert.Equal((type, param, code), ((string)error["type"]!, (string?)error["param"], (string)error["code"]!));
    }
}
