using System.Net;
using System.Text.Json.Nodes;
using Grpo.Rollouts;

namespace GrpoApi.Tests.Features.Rollouts;

public sealed class RolloutStreamTests : ApiTest
{
    private const string Request = """
        {"prompts": [{"text": "a", "id": "first", "reference": {"answer": "1"} }, {"text": "b", "reference": {"answer": "0"} }], "group_size": 2, "sampling": {"seed": 3},
         "rewards": [{"name": "accuracy"}], "advantages": {"estimator": "grpo"} }
        """;

    [Fact]
    public async Task Each_group_is_a_line_when_it_is_complete_and_the_last_line_sums_up()
    {
        var held = new TaskCompletionSource();
        Api.Policy.Before = (group, _) => group.PromptIndex == 0 ? held.Task : Task.CompletedTask;
        using var response = await SendAsync(Request);
        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var second = JsonNode.Parse((await reader.ReadLineAsync())!)!;
        held.SetResult();
        var first = JsonNode.Parse((await reader.ReadLineAsync())!)!;
        var summary = JsonNode.Parse((await reader.ReadLineAsync())!)!.AsObject();

        Assert.Null(await reader.ReadLineAsync());
        Assert.Equal([("first", 0), ("p1", 1)], [((string)first["id"]!, (int)first["prompt_index"]!), ((string)second["id"]!, (int)second["prompt_index"]!)]);
        var whole = await Client.PostForJsonAsync("/v1/rollouts", Request);
        Assert.Equal(whole["groups"]!.ToJsonString(), new JsonArray(first.DeepClone(), second.DeepClone()).ToJsonString());
        Assert.Equal(whole["metrics"]!.ToJsonString(), summary["metrics"]!.ToJsonString());
        Assert.Equal(["policy", "policy_version", "seed", "metrics", "usage", "timing"], summary.Select(field => field.Key));
    }

    [Fact]
    public async Task A_full_queue_is_still_a_problem()
    {
        Api.Policy.Before = (_, _) => throw new PolicyBusyException("full", TimeSpan.FromSeconds(2));
        using var response = await SendAsync(Request);
        await Problem.AssertAsync(response, HttpStatusCode.ServiceUnavailable, "policy-busy");
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Advantages_over_all_groups_cannot_be_streamed()
    {
        using var response = await SendAsync(Request.Replace("\"grpo\"", "\"grpo\", \"scale_rewards\": \"batch\"", StringComparison.Ordinal));
        await Problem.AssertInvalidAsync(response, "advantages");
    }

    [Fact]
    public async Task A_client_that_leaves_calls_the_sampling_off()
    {
        var cancelled = new TaskCompletionSource();
        Api.Policy.Before = async (group, token) =>
        {
            if (group.PromptIndex == 1) return;
            await using var registration = token.Register(() => cancelled.SetResult());
            await Task.Delay(Timeout.Infinite, token);
        };
        using (var response = await SendAsync(Request))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.NotNull(await reader.ReadLineAsync());
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private Task<HttpResponseMessage> SendAsync(string json)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/rollouts", UriKind.Relative)) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        message.Headers.Accept.ParseAdd("application/x-ndjson");
        return Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
    }
}
