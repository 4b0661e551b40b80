using System.Net;
using System.Text.Json.Nodes;
using Grpo.Rollouts;

namespace GrpoApi.Tests.Features.Rollouts;

public sealed class RolloutsTests : ApiTest
{

    [Fact]
    public async Task A_group_per_prompt_comes_back_in_order_under_the_callers_ids()
    {
        var answer = await SampleAsync("""{"prompts": [{"id": "first", "text": "ab"}, {"token_ids": [1, 17, 4]}], "group_size": 3}""");
        Assert.Equal("fake", (string)answer["policy"]!);
        Assert.Equal(1, (int)answer["policy_version"]!);
        Assert.Equal(["first", "p1"], answer["groups"]!.AsArray().Select(group => (string)group!["id"]!));
        Assert.Equal("[97,98]", answer["groups"]![0]!["prompt_token_ids"]!.ToJsonString());
        Assert.Equal("[1,17,4]", answer["groups"]![1]!["prompt_token_ids"]!.ToJsonString());
        Assert.Equal([0, 1, 2], answer["groups"]![1]!["completions"]!.AsArray().Select(completion => (int)completion!["index"]!));
        Assert.Equal("<think>hm</think><answer>2</answer>", (string)answer["groups"]![1]!["completions"]![2]!["text"]!);
        Assert.Equal(5, (int)answer["usage"]!["prompt_tokens"]!);
        Assert.Equal(6 * 36, (int)answer["usage"]!["completion_tokens"]!);
        Assert.Equal(36.0, (double)answer["metrics"]!["completions/mean_length"]!);
        Assert.Equal(0.0, (double)answer["metrics"]!["completions/clipped_ratio"]!);
    }

    [Fact]
    public async Task Messages_go_through_the_chat_template_with_the_generation_prompt()
    {
        var answer = await SampleAsync("""{"prompts": [{"messages": [{"role": "user", "content": "hi"}]}], "group_size": 1}""");
        var tokens = answer["groups"]![0]!["prompt_token_ids"]!.AsArray().Select(token => (char)(int)token!);
        Assert.Equal("user:hi\nassistant:", string.Concat(tokens));
    }

    [Fact]
    public async Task Include_decides_the_per_token_fields_and_the_default_is_text_ids_and_logprobs()
    {
        Assert.Equal(["text", "token_ids", "logprobs"], PerToken(await SampleAsync("""{"prompts": [{"text": "a"}]}""")));
        Assert.Equal(["sampling_logprobs", "entropy"], PerToken(await SampleAsync("""{"prompts": [{"text": "a"}], "include": ["entropy", "sampling_logprobs"]}""")));
        Assert.Empty(PerToken(await SampleAsync("""{"prompts": [{"text": "a"}], "include": []}""")));

        static IEnumerable<string> PerToken(JsonNode answer) => answer["groups"]![0]!["completions"]![0]!.AsObject().Select(field => field.Key)
            .Where(name => name is "text" or "token_ids" or "logprobs" or "sampling_logprobs" or "entropy");
    }

    [Fact]
    public async Task All_per_token_arrays_are_as_long_as_the_tokens()
    {
        var answer = await SampleAsync("""{"prompts": [{"text": "a"}], "group_size": 1, "sampling": {"max_tokens": 5}, "include": ["token_ids", "logprobs", "sampling_logprobs", "entropy"]}""");
        var completion = answer["groups"]![0]!["completions"]![0]!;
        Assert.Equal("length", (string)completion["finish_reason"]!);
        Assert.All(["token_ids", "logprobs", "sampling_logprobs", "entropy"], (string name) => Assert.Equal(5, completion[name]!.AsArray().Count));
        Assert.Equal(1.0, (double)answer["metrics"]!["completions/clipped_ratio"]!);
    }

    [Fact]
    public async Task Every_sampling_field_reaches_the_policy()
    {
        await SampleAsync("""
            {"prompts": [{"text": "a"}, {"text": "b"}], "group_size": 2, "include": ["entropy"],
             "sampling": {"temperature": 0.5, "top_p": 0.9, "top_k": 7, "min_p": 0.1, "max_tokens": 20, "min_tokens": 3,
                          "stop": ["</answer>"], "stop_token_ids": [5], "seed": 9007199254740993, "logit_bias": {"12": -100}}}
            """);
        var request = Api.Policy.Requests.Single(request => request.PromptIndex == 1);
        Assert.Equal((2, 9007199254740993, true), (request.GroupSize, request.Seed, request.IncludeEntropy));
        var sampling = request.Sampling;
        Assert.Equal((0.5, 0.9, 7, 0.1, 20, 3), (sampling.Temperature, sampling.TopP, sampling.TopK, sampling.MinP, sampling.MaxTokens, sampling.MinTokens));
        Assert.Equal(["</answer>"], sampling.Stop);
        Assert.Equal([5], sampling.StopTokenIds);
        Assert.Equal(-100, Assert.Contains(12, sampling.LogitBias));
    }

    [Fact]
    public async Task A_seed_is_drawn_when_none_is_given_and_returned()
    {
        var seeds = new HashSet<long>();
        for (var run = 0; run < 4; run++)
        {
            seeds.Add((long)(await SampleAsync("""{"prompts": [{"text": "a"}]}"""))["seed"]!);
        }

        Assert.True(seeds.Count > 1);
        Assert.Equal(seeds, Api.Policy.Requests.Select(request => request.Seed).ToHashSet());
    }

    [Fact]
    public async Task Groups_are_sampled_side_by_side()
    {
        using var all = new CountdownEvent(3);
        Api.Policy.Before = (_, token) =>
        {
            all.Signal();
            return Task.Run(() => all.Wait(token), token);
        };
        var answer = await SampleAsync("""{"prompts": [{"text": "a"}, {"text": "b"}, {"text": "c"}]}""");
        Assert.Equal(3, answer["groups"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_full_queue_is_503_with_retry_after_and_calls_off_the_other_groups()
    {
        var calledOff = new TaskCompletionSource();
        Api.Policy.Before = async (request, token) =>
        {
            if (request.PromptIndex == 1)
            {
                throw new PolicyBusyException("The queue is full.", TimeSpan.FromSeconds(2.5));
            }

            await using var registration = token.Register(calledOff.SetResult);
            await calledOff.Task.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
            token.ThrowIfCancellationRequested();
        };
        using var response = await Client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}, {"text": "b"}]}""");
        await Problem.AssertAsync(response, HttpStatusCode.ServiceUnavailable, "policy-busy");
        Assert.Equal("3", response.Headers.RetryAfter?.ToString());
        Assert.True(calledOff.Task.IsCompleted);
    }

    [Fact]
    public async Task A_failure_of_ours_is_500_without_its_message()
    {
        Api.Policy.Before = (_, _) => throw new InvalidOperationException("secret detail");
        using var response = await Client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}]}""");
        var problem = await Problem.AssertAsync(response, HttpStatusCode.InternalServerError, "internal");
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
    }

    private Task<JsonNode> SampleAsync(string json) => Client.PostForJsonAsync("/v1/rollouts", json);
}
