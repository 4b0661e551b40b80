using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Jobs;

/// <summary>A test that sends jobs to a service whose policy answers with the index of the completion.</summary>
public abstract class JobTest : ApiTest
{
    private const string Rows = """[{"question":"1 + 1","answer":"0"},{"question":"1 + 2","answer":"1"},{"question":"2 + 2","answer":"9"}]""";

    protected static string Request(string change = "{}")
    {
        var request = JsonNode.Parse($$"""{"dataset":{"rows":{{Rows}}},"samples_per_prompt":2,"sampling":{"seed":7},"rewards":[{"name":"accuracy"}]}""")!.AsObject();
        foreach (var (field, value) in JsonNode.Parse(change)!.AsObject()) request[field] = value?.DeepClone();
        return request.ToJsonString();
    }

    protected static Uri Link(JsonNode job, string link, string query = "") => new((string)job["links"]![link]! + query, UriKind.Relative);

    protected async Task<JsonNode> CreateAsync(string request)
    {
        using var response = await Client.PostTextAsync("/v1/evaluations", request);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    protected async Task<HttpResponseMessage> SendWithKeyAsync(string key, string request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/evaluations") { Content = new StringContent(request, System.Text.Encoding.UTF8, "application/json") };
        message.Headers.Add("Idempotency-Key", key);
        return await Client.SendAsync(message);
    }

    protected async Task<JsonNode> WaitAsync(JsonNode job) => (await Client.GetFromJsonAsync<JsonNode>(Link(job, "self", "?wait=60")))!;
}
