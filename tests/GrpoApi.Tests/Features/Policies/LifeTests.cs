using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Policies;

/// <summary>Policies that are not there yet, not there any more, or in use, on the service as it is shipped.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    private const string Long = """{"policy": "second", "prompts": [{"text": "What is 37 + 58?"}], "group_size": 64, "sampling": {"seed": 5, "max_tokens": 400, "min_tokens": 400} }""";
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync("--Policies:tiny-r1:MaxSnapshots", "2");
        await _server.Client.UntilReadyAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_policy_in_use_is_unloaded_and_those_who_use_it_are_told()
    {
        using (var created = await _server.Client.PostTextAsync("/v1/policies", """{"name": "second", "path": "tiny-r1"}"""))
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var running = _server.Client.PostTextAsync("/v1/rollouts", Long);
        while ((int)(await _server.Client.GetJsonAsync("/v1/policies/second"))["load"]!["active_sequences"]! == 0 && !running.IsCompleted) await Task.Yield();

        using (var deleted = await _server.Client.DeleteAsync(new Uri("/v1/policies/second", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using (var told = await running)
        {
            var problem = await Problem.AssertAsync(told, HttpStatusCode.ServiceUnavailable, "policy-unavailable");
            Assert.Contains("unloaded", (string)problem["detail"]!, StringComparison.Ordinal);
        }

        using (var gone = await _server.Client.PostTextAsync("/v1/rollouts", Long))
            await Problem.AssertAsync(gone, HttpStatusCode.NotFound, "policy-not-found");
        using var again = await _server.Client.PostTextAsync("/v1/policies", """{"name": "second", "path": "tiny-r1"}""");
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(1, (int)(await _server.Client.PostForJsonAsync("/v1/rollouts", Long.Replace("400", "4", StringComparison.Ordinal)))["policy_version"]!);
    }

    [Fact]
    public async Task Snapshots_are_of_versions_that_are_there_and_as_many_as_may_be()
    {
        using (var unknown = await PostSnapshotAsync("""{"name": "a", "version": 7}"""))
            Assert.Contains("7", await Problem.AssertInvalidAsync(unknown, "version"), StringComparison.Ordinal);
        foreach (var name in (string[])["a", "b"])
        {
            using var created = await PostSnapshotAsync($$"""{"name": "{{name}}"}""");
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        using (var tooMany = await PostSnapshotAsync("""{"name": "c"}"""))
        {
            var problem = await Problem.AssertAsync(tooMany, HttpStatusCode.Conflict, "conflict");
            Assert.Contains("MaxSnapshots", (string)problem["detail"]!, StringComparison.Ordinal);
        }

        using (var deleted = await _server.Client.DeleteAsync(new Uri("/v1/policies/tiny-r1/snapshots/a", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var room = await PostSnapshotAsync("""{"name": "c"}""");
        Assert.Equal(HttpStatusCode.Created, room.StatusCode);
        Assert.Equal("""["b","c"]""", (await _server.Client.GetJsonAsync("/v1/policies/tiny-r1"))["snapshots"]!.ToJsonString());
    }

    [Fact]
    public async Task A_policy_that_is_loading_takes_neither_weights_nor_snapshots()
    {
        await using var api = new ApiFactory { Load = async (_, token) => { await Task.Delay(Timeout.Infinite, token); throw new InvalidOperationException(); } };
        using var client = api.CreateClient();
        using var file = new ByteArrayContent([0, 0, 0]);
        file.Headers.ContentType = new MediaTypeHeaderValue(Tensors.MediaType);
        using (var weights = await client.PostAsync(new Uri("/v1/policies/fake/weights", UriKind.Relative), file))
            await AssertLoadingAsync(weights);
        using (var snapshot = await client.PostTextAsync("/v1/policies/fake/snapshots", """{"name": "a"}"""))
            await AssertLoadingAsync(snapshot);
        using var parameters = await client.GetAsync(new Uri("/v1/policies/fake/parameters", UriKind.Relative));
        await AssertLoadingAsync(parameters);
    }

    private static async Task AssertLoadingAsync(HttpResponseMessage response)
    {
        JsonObject problem = await Problem.AssertAsync(response, HttpStatusCode.ServiceUnavailable, "policy-unavailable");
        Assert.Contains("loading", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    private Task<HttpResponseMessage> PostSnapshotAsync(string json) => _server.Client.PostTextAsync("/v1/policies/tiny-r1/snapshots", json);
}
