using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests;

/// <summary>Reads answers that should be problems.</summary>
internal static class Problem
{
    /// <summary>Asserts the status and the form that every problem has, and returns its body.</summary>
    public static async Task<JsonObject> AssertAsync(HttpResponseMessage response, HttpStatusCode status, string? type = null)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"expected {status}, got {response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.Equal((int)status, (int)problem["status"]!);
        Assert.StartsWith("urn:grpoapi:problem:", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["trace_id"]!);
        if (type is not null)
        {
            Assert.Equal("urn:grpoapi:problem:" + type, (string)problem["type"]!);
        }

        return problem;
    }

    /// <summary>Asserts a 400 with an error at the path, and returns the first message there.</summary>
    public static async Task<string> AssertInvalidAsync(HttpResponseMessage response, string path)
    {
        var problem = await AssertAsync(response, HttpStatusCode.BadRequest);
        var errors = problem["errors"]!.AsObject();
        Assert.True(errors.ContainsKey(path), $"no error at {path}: {errors.ToJsonString()}");
        return (string)errors[path]![0]!;
    }

    /// <summary>Posts JSON as it is written.</summary>
    public static Task<HttpResponseMessage> PostTextAsync(this HttpClient client, string path, string json) =>
        client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    /// <summary>Posts JSON, expects 200, and returns the answer.</summary>
    public static async Task<JsonNode> PostForJsonAsync(this HttpClient client, string path, string json)
    {
        using var response = await client.PostTextAsync(path, json);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Gets JSON, expects 200.</summary>
    public static async Task<JsonNode> GetJsonAsync(this HttpClient client, string path) =>
        (await client.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative)))!;
}
