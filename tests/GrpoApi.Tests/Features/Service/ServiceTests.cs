using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpo.Rollouts;

namespace GrpoApi.Tests.Features.Service;

public sealed class ServiceTests
{
    [Fact]
    public async Task It_is_live_at_once_and_ready_when_the_default_policy_is_loaded()
    {
        var loaded = new TaskCompletionSource<IPolicy>();
        await using var api = new ApiFactory { Load = (_, _) => loaded.Task };
        using var client = api.CreateClient();

        using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("loading", (string)(await ready.Content.ReadFromJsonAsync<JsonNode>())!["status"]!);
        using var early = await client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}]}""");
        await Problem.AssertAsync(early, HttpStatusCode.ServiceUnavailable, "policy-unavailable");
        Assert.NotNull(early.Headers.RetryAfter);

        loaded.SetResult(api.Policy);
        await client.UntilReadyAsync();
        Assert.Equal("""{"status":"ready","policies":[{"name":"fake","status":"ready","reason":null}]}""", (await client.GetJsonAsync("/health")).ToJsonString());
    }

    [Fact]
    public async Task A_policy_that_cannot_be_loaded_is_reported_and_the_service_lives_on()
    {
        await using var api = new ApiFactory();
        api.Settings["Policies:broken:Path"] = "nowhere";
        api.Load = (source, _) => source.Name == "fake" ? Task.FromResult<IPolicy>(api.Policy) : throw new ModelLoadException("There is no config.json.");
        using var client = await api.CreateReadyClientAsync();

        var broken = await PollAsync(client, "broken", "failed");
        Assert.Equal("There is no config.json.", (string)broken["reason"]!);
        using var response = await client.PostTextAsync("/v1/rollouts", """{"policy": "broken", "prompts": [{"text": "a"}]}""");
        await Problem.AssertAsync(response, HttpStatusCode.ServiceUnavailable, "policy-unavailable");
        await client.PostForJsonAsync("/v1/rollouts", """{"prompts": [{"text": "a"}]}""");
    }

    [Fact]
    public async Task A_failure_that_is_not_about_the_model_keeps_its_message_to_the_log()
    {
        await using var api = new ApiFactory { Load = (_, _) => throw new InvalidOperationException("secret detail") };
        using var client = api.CreateClient();
        var state = await PollAsync(client, "fake", "failed");
        Assert.DoesNotContain("secret", (string)state["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_names_version_limits_and_policies()
    {
        await using var api = new ApiFactory();
        api.Settings["Limits:MaxPrompts"] = "3";
        using var client = await api.CreateReadyClientAsync();
        var info = await client.GetJsonAsync("/info");
        Assert.Equal("fake", (string)info["default_policy"]!);
        Assert.Equal("fake", (string)info["policies"]![0]!["name"]!);
        Assert.Equal(3, (int)info["limits"]!["max_prompts"]!);
        Assert.Matches(@"^\d+\.\d+\.\d+", (string)info["version"]!);
        Assert.Matches(@"^1\.\d+\.\d+", (string)info["onnxruntime_version"]!);

        using var tooMany = await client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}, {"text": "a"}, {"text": "a"}, {"text": "a"}]}""");
        Assert.Contains("At most 3 prompts", await Problem.AssertInvalidAsync(tooMany, "prompts"), StringComparison.Ordinal);
    }

    private static async Task<JsonNode> PollAsync(HttpClient client, string policy, string status)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        do
        {
            using var response = await client.GetAsync(new Uri("/health", UriKind.Relative), patience.Token);
            var health = await response.Content.ReadFromJsonAsync<JsonNode>(patience.Token);
            if (health!["policies"]!.AsArray().FirstOrDefault(state => (string)state!["name"]! == policy) is { } found && (string)found["status"]! == status)
            {
                return found;
            }
        }
        while (await poll.WaitForNextTickAsync(patience.Token));
        throw new InvalidOperationException("The timer was stopped.");
    }
}
