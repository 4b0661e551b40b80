using System.Net;
using Grpo.Rollouts;

namespace GrpoApi.Tests.Features.Policies;

public sealed class LoadingTests : ApiTest
{
    [Fact]
    public async Task A_policy_comes_and_goes()
    {
        using (var created = await Client.PostTextAsync("/v1/policies", """{"name": "second", "path": "folder"}"""))
        {
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            Assert.Equal("/v1/policies/second", created.Headers.Location?.ToString());
        }

        Assert.Equal("second", (string)(await Client.GetJsonAsync("/v1/policies/second"))["name"]!);
        using (var again = await Client.PostTextAsync("/v1/policies", """{"name": "second", "path": "folder"}"""))
            await Problem.AssertAsync(again, HttpStatusCode.Conflict);
        using (var deleted = await Client.DeleteAsync(new Uri("/v1/policies/second", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using (var gone = await Client.GetAsync(new Uri("/v1/policies/second", UriKind.Relative)))
            await Problem.AssertAsync(gone, HttpStatusCode.NotFound, "policy-not-found");
        using (var standing = await Client.DeleteAsync(new Uri("/v1/policies/fake", UriKind.Relative)))
            await Problem.AssertAsync(standing, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_folder_without_a_model_is_refused_and_its_name_stays_free()
    {
        Api.Load = (_, _) => throw new ModelLoadException("no config.json");
        using (var refused = await Client.PostTextAsync("/v1/policies", """{"name": "second", "path": "folder"}"""))
            Assert.Equal("no config.json", await Problem.AssertInvalidAsync(refused, "path"));
        Api.Load = (source, _) => Task.FromResult<IPolicy>(new FakePolicy(source.Name));
        using var created = await Client.PostTextAsync("/v1/policies", """{"name": "second", "path": "folder"}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Theory]
    [InlineData("path", """{"name": "a", "path": "../elsewhere"}""")]
    [InlineData("path", """{"name": "a", "path": "/etc"}""")]
    [InlineData("name", """{"name": "a@b", "path": "x"}""")]
    [InlineData("providers", """{"name": "a", "path": "x", "providers": []}""")]
    public async Task Bad_input_is_named_by_its_path(string path, string json)
    {
        using var response = await Client.PostTextAsync("/v1/policies", json);
        await Problem.AssertInvalidAsync(response, path);
    }
}
