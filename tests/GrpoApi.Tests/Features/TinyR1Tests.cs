using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features;

/// <summary>The service as it is shipped, a process of its own with tiny-r1.</summary>
public sealed class TinyR1Tests : IAsyncLifetime
{
    private const string Group = """
        {"prompts": [{"messages": [{"role": "user", "content": "What is 37 + 58?"}], "reference": {"answer": "95", "language": "en"} },
                     {"text": "<|im_start|>user\nWhat is 6 * 7?<|im_end|>\n<|im_start|>assistant\n", "reference": {"answer": "42", "language": "en"} }],
         "group_size": 8, "sampling": {"seed": 1234}, "include": ["text", "token_ids", "logprobs", "sampling_logprobs", "entropy"],
         "rewards": [{"name": "accuracy"}, {"name": "format", "weight": 0.5}, {"name": "language_consistency", "weight": 0.5}],
         "advantages": {"estimator": "grpo", "scale_rewards": "group"} }
        """;

    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.Client.UntilReadyAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_same_request_gives_the_same_bytes_alone_with_other_load_and_after_a_restart()
    {
        var alone = await GroupsAsync(_server);
        var load = Enumerable.Range(0, 12).Select(i => _server.Client.PostForJsonAsync(
            "/v1/rollouts", $$"""{"prompts": [{"messages": [{"role": "user", "content": "What is {{i}} + 9?"}]}], "group_size": {{i + 2}}, "sampling": {"seed": {{i}} } }""")).ToList();
        var loaded = await GroupsAsync(_server);
        await Task.WhenAll(load);
        await using var restarted = await RunningServer.StartAsync();
        await restarted.Client.UntilReadyAsync();

        Assert.Equal(alone, loaded);
        Assert.Equal(alone, await GroupsAsync(restarted));
    }

    [Fact]
    public async Task A_sampled_group_goes_through_all_four_steps()
    {
        var rollouts = await _server.Client.PostForJsonAsync("/v1/rollouts", Group);
        var completions = rollouts["groups"]!.AsArray().SelectMany(group => group!["completions"]!.AsArray()).ToList();
        foreach (var completion in completions)
        {
            string[] perToken = ["logprobs", "sampling_logprobs", "entropy"];
            Assert.All(perToken, field => Assert.Equal(completion!["token_ids"]!.AsArray().Count, completion[field]!.AsArray().Count));
        }

        var sequences = completions.Select(completion => (JsonNode)new JsonObject
        {
            ["logprobs"] = completion!["logprobs"]!.DeepClone(),
            ["advantage"] = (double)completion["advantage"]!,
        });
        var answer = await _server.Client.PostForJsonAsync("/v1/loss", new JsonObject { ["sequences"] = new JsonArray([.. sequences]) }.ToJsonString());

        // At ratio 1 the loss is minus the mean advantage, and the gradient of a token -A / (N T).
        Assert.Equal(0, (double)answer["loss"]!, 1e-9);
        foreach (var (completion, sequence) in completions.Zip(answer["sequences"]!.AsArray()))
        {
            var tokens = completion!["token_ids"]!.AsArray().Count;
            var expected = -(double)completion["advantage"]! / (completions.Count * tokens);
            Assert.All(sequence!["grad_logprobs"]!.AsArray(), gradient => Assert.Equal(expected, (double)gradient!, 1e-12));
        }

        Assert.Contains(completions, completion => (double)completion!["advantage"]! != 0);
    }

    [Fact]
    public async Task A_client_that_leaves_frees_its_slots()
    {
        // 256,000 tokens: many times what the patience below would let pass, were the sampling not called off.
        const string Prompts = """{"text": "a"}, {"text": "b"}, {"text": "c"}, {"text": "d"}, {"text": "e"}, {"text": "f"}, {"text": "g"}, {"text": "h"}""";
        const string Body = $$"""{"prompts": [{{Prompts}}], "group_size": 64, "sampling": {"max_tokens": 500, "min_tokens": 500} }""";
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync("127.0.0.1", _server.Client.BaseAddress!.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /v1/rollouts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
            await UntilAsync(active => active > 0, TimeSpan.FromSeconds(30));
        }

        await UntilAsync(active => active == 0, TimeSpan.FromSeconds(2));
    }

    private async Task UntilAsync(Predicate<int> holds, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds((int)(await _server.Client.GetJsonAsync("/v1/policies/tiny-r1"))["load"]!["active_sequences"]!))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < patience, $"Not within {patience}.");
        }
    }

    private static async Task<string> GroupsAsync(RunningServer server) => (await server.Client.PostForJsonAsync("/v1/rollouts", Group))["groups"]!.ToJsonString();
}
