using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Compat;

/// <summary>The service as it is shipped, for tests that only read.</summary>
public sealed class TinyServer : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;

    internal HttpClient Client => Server.Client;

    public async Task InitializeAsync()
    {
        Server = await RunningServer.StartAsync();
        await Client.UntilReadyAsync();
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

/// <summary>What trainers send to their rollout servers, word for word, gets the tokens and log-probabilities of <c>/v1/rollouts</c>.</summary>
public sealed class RolloutServerTests(TinyServer tiny) : IClassFixture<TinyServer>
{
    private const string Prompts = """{"prompts": [{"text": "What is 37 + 58?"}, {"text": "What is 6 * 7?"}], "group_size": 3, "sampling": {"seed": 77, "max_tokens": 24, "temperature": 0.9} }""";

    [Fact]
    public async Task Trl_gets_the_completions_of_rollouts_prompt_by_prompt()
    {
        var groups = await GroupsAsync(Prompts);
        var ids = groups.Select(group => group["prompt_token_ids"]!.ToJsonString());

        // As trl/generation/vllm_client.py sends it, with prompts as tokens.
        var answer = await tiny.Client.PostForJsonAsync("/compat/trl/generate/", $$"""
            {"prompts": [{{string.Join(',', ids)}}], "images": null, "n": 3, "repetition_penalty": 1.0, "temperature": 0.9, "top_p": 1.0, "top_k": 0, "min_p": 0.0, "max_tokens": 24,
             "truncate_prompt_tokens": null, "structured_outputs_regex": null, "generation_kwargs": {"seed": 77} }
            """);
        var completions = groups.SelectMany(Completions).ToList();
        Assert.Equal(ids, answer["prompt_ids"]!.AsArray().Select(prompt => prompt!.ToJsonString()));
        Assert.Equal(completions.Select(TokenIds), answer["completion_ids"]!.AsArray().Select(one => one!.ToJsonString()));
        Assert.Equal(completions.Select(Logprobs), answer["logprobs"]!.AsArray().Select(one => Flat(one!)));
        Assert.Equal(completions.Select(TokenIds), answer["logprob_token_ids"]!.AsArray().Select(one => Flat(one!)));
    }

    [Fact]
    public async Task Trl_gets_the_most_likely_tokens_and_the_sampled_one()
    {
        var answer = await tiny.Client.PostForJsonAsync("/compat/trl/generate/", """{"prompts": ["What is 37 + 58?"], "n": 2, "max_tokens": 12, "temperature": 1.5, "logprobs": 3, "generation_kwargs": {"seed": 5, "top_k": -1} }""");
        foreach (var (sequence, (logprobs, tokens)) in answer["completion_ids"]!.AsArray().Zip(answer["logprobs"]!.AsArray().Zip(answer["logprob_token_ids"]!.AsArray())))
        {
            foreach (var (token, (values, ids)) in sequence!.AsArray().Zip(logprobs!.AsArray().Zip(tokens!.AsArray())))
            {
                var candidates = ids!.AsArray().Select(id => (int)id!).ToList();
                Assert.Contains((int)token!, candidates);
                Assert.InRange(candidates.Count, 3, 4);
                var sorted = values!.AsArray().Select(value => (float)value!).ToList();
                Assert.Equal(sorted.OrderDescending(), sorted);
            }
        }

        var without = await tiny.Client.PostForJsonAsync("/compat/trl/generate/", """{"prompts": ["1 + 1"], "max_tokens": 2, "logprobs": null}""");
        Assert.True(without["logprobs"] is null && without["logprob_token_ids"] is null);
    }

    [Fact]
    public async Task Trl_chats_through_the_template()
    {
        var groups = await GroupsAsync("""{"prompts": [{"messages": [{"role": "user", "content": "What is 37 + 58?"}]}], "group_size": 2, "sampling": {"seed": 3, "max_tokens": 16} }""");
        var answer = await tiny.Client.PostForJsonAsync("/compat/trl/chat/", """
            {"messages": [[{"role": "user", "content": "What is 37 + 58?"}]], "n": 2, "repetition_penalty": 1.0, "temperature": 1.0, "top_p": 1.0, "top_k": -1, "min_p": 0.0, "max_tokens": 16,
             "structured_outputs_regex": null, "generation_kwargs": {"seed": 3}, "chat_template_kwargs": {}, "tools": null}
            """);
        Assert.Equal(groups[0]["prompt_token_ids"]!.ToJsonString(), answer["prompt_ids"]![0]!.ToJsonString());
        Assert.Equal(Completions(groups[0]).Select(TokenIds), answer["completion_ids"]!.AsArray().Select(one => one!.ToJsonString()));
    }

    [Fact]
    public async Task Trl_is_told_that_it_may_begin_and_that_one_process_answers()
    {
        Assert.Equal("""{"status":"ok"}""", (await tiny.Client.GetJsonAsync("/compat/trl/health/")).ToJsonString());
        Assert.Equal("""{"world_size":1}""", (await tiny.Client.GetJsonAsync("/compat/trl/get_world_size/")).ToJsonString());
    }

    [Fact]
    public async Task Trl_scores_as_logprobs_does_in_json_and_in_base64()
    {
        var expected = await tiny.Client.PostForJsonAsync("/v1/logprobs", """
            {"temperature": 0.8, "top_logprobs": 4, "sequences": [{"prompt_token_ids": [364, 334], "completion_token_ids": [227, 25, 29]}, {"prompt_token_ids": [364], "completion_token_ids": [30, 22]}]}
            """);
        const string Request = """{"sequences": [[364, 334, 227, 25, 29], [364, 30, 22]], "prompt_lengths": [2, 1], "top_logprobs": 4, "temperature": 0.8, "response_format": "FORM"}""";
        var json = await tiny.Client.PostForJsonAsync("/compat/trl/get_sequence_logprobs/", Request.Replace("FORM", "json", StringComparison.Ordinal));
        var binary = await tiny.Client.PostForJsonAsync("/compat/trl/get_sequence_logprobs/", Request.Replace("FORM", "binary", StringComparison.Ordinal));
        Assert.Equal("[2,3,4]", binary["shape"]!.ToJsonString());
        Assert.Equal("[3,2]", binary["completion_lengths"]!.ToJsonString());
        var (logprobs, ids, actual) = (Array<float>(binary["logprobs_b64"]!), Array<int>(binary["token_ids_b64"]!), Array<float>(binary["actual_logprobs_b64"]!));
        foreach (var (row, sequence) in expected["sequences"]!.AsArray().Index())
        {
            Assert.Equal(sequence!["logprobs"]!.ToJsonString(), Flat(json["actual_logprobs"]![row]!));
            foreach (var (t, top) in sequence["top_logprobs"]!.AsArray().Index())
            {
                Assert.Equal((float)sequence["logprobs"]![t]!, actual[(row * 3) + t]);
                foreach (var (rank, one) in top!.AsArray().Index())
                {
                    var place = (((row * 3) + t) * 4) + rank;
                    Assert.Equal(((int)one!["token_id"]!, (float)one["logprob"]!), (ids[place], logprobs[place]));
                    Assert.Equal((ids[place], logprobs[place]), ((int)json["logprob_token_ids"]![row]![t]![rank]!, (float)json["logprobs"]![row]![t]![rank]!));
                }
            }
        }

        Assert.Equal([29, 30], new[] { Array<int>(binary["actual_token_ids_b64"]!)[2], Array<int>(binary["actual_token_ids_b64"]!)[3] });
    }

    [Fact]
    public async Task Vllm_gets_the_completions_of_rollouts()
    {
        var group = (await GroupsAsync(Prompts))[0];
        var answer = await tiny.Client.PostForJsonAsync("/compat/vllm/inference/v1/generate", $$"""
            {"request_id": "r1", "token_ids": {{group["prompt_token_ids"]!.ToJsonString()}}, "model": "tiny-r1", "return_token_ids": true, "priority": 0, "cache_salt": "salt",
             "sampling_params": {"n": 3, "temperature": 0.9, "top_p": 1.0, "top_k": -1, "min_p": 0.0, "max_tokens": 24, "logprobs": 2, "prompt_logprobs": 0, "seed": 77, "stop_token_ids": null, "skip_clone": true} }
            """);
        Assert.Equal(("r1", "tiny-r1"), ((string)answer["request_id"]!, (string)answer["model"]!));
        Assert.Equal(group["prompt_token_ids"]!.ToJsonString(), answer["prompt_token_ids"]!.ToJsonString());
        foreach (var (completion, choice) in Completions(group).Zip(answer["choices"]!.AsArray()))
        {
            var content = choice!["logprobs"]!["content"]!.AsArray();
            Assert.Equal(TokenIds(completion), choice["token_ids"]!.ToJsonString());
            Assert.Equal((string)completion["finish_reason"]!, (string)choice["finish_reason"]!);
            Assert.Equal(Logprobs(completion), "[" + string.Join(',', content.Select(token => token!["logprob"]!.ToJsonString())) + "]");
            Assert.All(content, token =>
            {
                var top = token!["top_logprobs"]!.AsArray();
                Assert.Equal((int)token["token_id"]!, (int)top[0]!["token_id"]!);
                Assert.InRange(top.Count, 2, 3);
                Assert.Contains(top, one => (int?)one!["rank"] == 1);
            });
        }

        var scores = await tiny.Client.PostForJsonAsync("/v1/logprobs", $$"""{"temperature": 0.9, "sequences": [{"prompt_token_ids": {{First(group, 1)}}, "completion_token_ids": {{Rest(group, 1)}} }]}""");
        var promptLogprobs = answer["prompt_logprobs"]!.AsArray();
        Assert.Null(promptLogprobs[0]);
        Assert.Equal(scores["sequences"]![0]!["logprobs"]!.ToJsonString(), "[" + string.Join(',', promptLogprobs.Skip(1).Select(position => position!.AsObject().Single().Value!["logprob"]!.ToJsonString())) + "]");
        Assert.Equal((int)answer["usage"]!["completion_tokens"]!, Completions(group).Sum(completion => completion["token_ids"]!.AsArray().Count));
    }

    [Fact]
    public async Task Vllm_streams_the_same_tokens()
    {
        const string Request = """{"token_ids": [364, 334, 227], "sampling_params": {"n": 2, "max_tokens": 20, "logprobs": 0, "seed": 9}, "output_mode": "text"OTHER}""";
        var whole = await tiny.Client.PostForJsonAsync("/compat/vllm/inference/v1/generate", Request.Replace("OTHER", "", StringComparison.Ordinal));
        var chunks = await Events.ReadAsync(tiny.Client, "/compat/vllm/inference/v1/generate", Request.Replace("OTHER", ", \"stream\": true", StringComparison.Ordinal));
        foreach (var choice in whole["choices"]!.AsArray())
        {
            var pieces = chunks.Select(chunk => chunk["choices"]![0]!).Where(piece => (int)piece["index"]! == (int)choice!["index"]!).ToList();
            Assert.Equal(choice!["token_ids"]!.ToJsonString(), "[" + string.Join(',', pieces.SelectMany(piece => piece["token_ids"]!.AsArray()).Select(id => id!.ToJsonString())) + "]");
            Assert.Equal((string)choice["text"]!, string.Concat(pieces.Select(piece => (string)piece["text"]!)));
            Assert.Equal((string)choice["finish_reason"]!, (string)pieces[^1]["finish_reason"]!);
        }
    }

    [Fact]
    public async Task Sglang_gets_the_completions_of_rollouts()
    {
        var group = (await GroupsAsync(Prompts))[0];

        // As slime and AReaL send it, one completion a call or several.
        var answer = await tiny.Client.PostForJsonAsync("/compat/sglang/generate", $$"""
            {"input_ids": {{group["prompt_token_ids"]!.ToJsonString()}}, "return_logprob": true, "rid": "x", "logprob_start_len": 0,
             "sampling_params": {"n": 3, "temperature": 0.9, "top_p": 1.0, "top_k": -1, "max_new_tokens": 24, "stop": null, "stop_token_ids": null, "skip_special_tokens": false, "no_stop_trim": true,
                                 "spaces_between_special_tokens": false, "sampling_seed": 77} }
            """);
        foreach (var (completion, one) in Completions(group).Zip(answer.AsArray()))
        {
            var meta = one!["meta_info"]!;
            var triples = meta["output_token_logprobs"]!.AsArray();
            Assert.Equal(TokenIds(completion), one["output_ids"]!.ToJsonString());
            Assert.Equal(TokenIds(completion), "[" + string.Join(',', triples.Select(triple => triple![1]!.ToJsonString())) + "]");
            Assert.Equal(Logprobs(completion), "[" + string.Join(',', triples.Select(triple => triple![0]!.ToJsonString())) + "]");
            Assert.All(triples, triple => Assert.Null(triple![2]));
            Assert.Equal((string)completion["finish_reason"]!, (string)meta["finish_reason"]!["type"]!);
            Assert.Equal(("1", "x"), ((string)meta["weight_version"]!, (string)meta["id"]!));
            Assert.Equal(group["prompt_token_ids"]!.AsArray().Count, meta["input_token_logprobs"]!.AsArray().Count);
            Assert.Null(meta["input_token_logprobs"]![0]![0]);
        }
    }

    [Fact]
    public async Task Sglang_answers_one_prompt_with_an_object()
    {
        var answer = await tiny.Client.PostForJsonAsync("/compat/sglang/generate", """
            {"text": "What is 37 + 58?", "sampling_params": {"max_new_tokens": 8, "temperature": 0, "min_new_tokens": 8}, "return_logprob": true, "top_logprobs_num": 2, "return_text_in_logprobs": true}
            """);
        Assert.Equal("""{"type":"length","length":8}""", answer["meta_info"]!["finish_reason"]!.ToJsonString());
        Assert.Equal((string)answer["text"]!, string.Concat(answer["meta_info"]!["output_token_logprobs"]!.AsArray().Select(triple => (string)triple![2]!)));
        Assert.All(answer["meta_info"]!["output_top_logprobs"]!.AsArray(), top => Assert.Equal(2, top!.AsArray().Count));
    }

    [Theory]
    [InlineData("/compat/trl/generate/", """{"prompts": [[5000]]}""", "prompts[0][0]")]
    [InlineData("/compat/trl/generate/", """{"prompts": "one"}""", "prompts")]
    [InlineData("/compat/trl/generate/", """{"prompts": ["a"], "images": ["aGk="]}""", "images")]
    [InlineData("/compat/trl/generate/", """{"prompts": ["a"], "repetition_penalty": 1.1}""", "repetition_penalty")]
    [InlineData("/compat/trl/generate/", """{"prompts": ["a"], "structured_outputs_regex": "a+"}""", "structured_outputs_regex")]
    [InlineData("/compat/trl/generate/", """{"prompts": ["a"], "n": 100000}""", "n")]
    [InlineData("/compat/trl/generate/", """{"prompts": ["a"], "generation_kwargs": {"seed": "x"} }""", "generation_kwargs.seed")]
    [InlineData("/compat/trl/generate/", """{"prompts": ["a"], "logprobs": 21}""", "logprobs")]
    [InlineData("/compat/trl/chat/", """{"messages": [[{"content": "a"}]]}""", "messages[0][0].role")]
    [InlineData("/compat/trl/chat/", """{"messages": [[]]}""", "messages[0]")]
    [InlineData("/compat/trl/get_sequence_logprobs/", """{"sequences": [[1, 2]], "prompt_lengths": [3]}""", "prompt_lengths[0]")]
    [InlineData("/compat/trl/get_sequence_logprobs/", """{"sequences": [[1, 2]], "prompt_lengths": [1, 1]}""", "prompt_lengths")]
    [InlineData("/compat/trl/get_sequence_logprobs/", """{"sequences": [[1, 2]], "prompt_lengths": [1], "top_logprobs": 0}""", "top_logprobs")]
    [InlineData("/compat/trl/get_sequence_logprobs/", """{"sequences": [[1, 5000]], "prompt_lengths": [1]}""", "sequences[0][1]")]
    [InlineData("/compat/sglang/generate", """{"text": "a", "input_ids": [1]}""", "$")]
    [InlineData("/compat/sglang/generate", """{"input_ids": [1, 2.5]}""", "input_ids[1]")]
    [InlineData("/compat/sglang/generate", """{"input_ids": [1], "sampling_params": {"max_new_tokens": 0} }""", "sampling_params.max_new_tokens")]
    [InlineData("/compat/sglang/generate", """{"input_ids": [1], "sampling_params": {"top_p": 0} }""", "sampling_params.top_p")]
    [InlineData("/compat/sglang/generate", """{"input_ids": [1], "stream": true}""", "stream")]
    public async Task Bad_input_is_answered_with_the_callers_path(string path, string json, string error)
    {
        using var response = await tiny.Client.PostTextAsync(path, json);
        await Problem.AssertInvalidAsync(response, error);
    }

    [Fact]
    public async Task Trl_waits_while_the_policy_loads()
    {
        await using var loading = new ApiFactory { Load = async (_, token) => { await Task.Delay(Timeout.Infinite, token); throw new InvalidOperationException(); } };
        using var client = loading.CreateClient();
        using var response = await client.GetAsync(new Uri("/compat/trl/health/", UriKind.Relative));
        await Problem.AssertAsync(response, HttpStatusCode.ServiceUnavailable, "policy-unavailable");
    }

    private async Task<IReadOnlyList<JsonNode>> GroupsAsync(string request) => [.. (await tiny.Client.PostForJsonAsync("/v1/rollouts", request))["groups"]!.AsArray().Select(group => group!)];

    private static IEnumerable<JsonNode> Completions(JsonNode group) => group["completions"]!.AsArray().Select(completion => completion!);

    private static string TokenIds(JsonNode completion) => completion["token_ids"]!.ToJsonString();

    private static string Logprobs(JsonNode completion) => completion["logprobs"]!.ToJsonString();

    // (T, 1) to (T)
    private static string Flat(JsonNode array) => "[" + string.Join(',', array.AsArray().Select(one => one!.AsArray().Single()!.ToJsonString())) + "]";

    private static string First(JsonNode group, int count) => JsonSerializer.Serialize(group["prompt_token_ids"]!.AsArray().Take(count));

    private static string Rest(JsonNode group, int skipped) => JsonSerializer.Serialize(group["prompt_token_ids"]!.AsArray().Skip(skipped));

    private static T[] Array<T>(JsonNode base64)
        where T : struct => MemoryMarshal.Cast<byte, T>(Convert.FromBase64String((string)base64!)).ToArray();
}

/// <summary>Reads server-sent events as OpenAI's clients do.</summary>
internal static class Events
{
    /// <summary>Posts, and returns the JSON of the events; the last must be [DONE].</summary>
    public static async Task<List<JsonNode>> ReadAsync(HttpClient client, string path, string json)
    {
        using var response = await client.PostTextAsync(path, json);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, one => Assert.StartsWith("data: ", one, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Select(one => JsonNode.Parse(one["data: ".Length..])!)];
    }
}
