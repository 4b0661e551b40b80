using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Jobs;

public sealed class DatasetsTests : JobTest
{
    [Fact]
    public async Task Datasets_are_uploaded_used_and_removed()
    {
        using var created = await PutAsync("d", "{\"question\":\"1 + 1\",\"answer\":\"0\"}\n\n{\"question\":\"2\",\"answer\":\"1\"}\n");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var again = await PutAsync("d", "{\"question\":\"1 + 1\",\"answer\":\"0\"}\n");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(1, (int)(await Client.GetJsonAsync("/v1/datasets/d"))["rows"]!);
        Assert.Equal("succeeded", (string)(await WaitAsync(await CreateAsync(Request("""{"dataset":{"name":"d"}}"""))))["status"]!);
        using var bad = await PutAsync("e", "{\"a\":1}\n{\"a\":\n");
        Assert.StartsWith("Line 2 is not JSON", await Problem.AssertInvalidAsync(bad, "$"), StringComparison.Ordinal);
        using var empty = await PutAsync("e", "\n");
        await Problem.AssertInvalidAsync(empty, "$");
        using var name = await PutAsync("no%20spaces", "{}");
        await Problem.AssertInvalidAsync(name, "name");
        Assert.Equal("d", (string)Assert.Single((await Client.GetJsonAsync("/v1/datasets"))["datasets"]!.AsArray())!["name"]!);
        using var removed = await Client.DeleteAsync(new Uri("/v1/datasets/d", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var gone = await Client.GetAsync(new Uri("/v1/datasets/d", UriKind.Relative));
        await Problem.AssertAsync(gone, HttpStatusCode.NotFound, "dataset-not-found");
    }

    private Task<HttpResponseMessage> PutAsync(string name, string lines) => Client.PutAsync(new Uri($"/v1/datasets/{name}", UriKind.Relative), new StringContent(lines, System.Text.Encoding.UTF8, "application/x-ndjson"));
}
