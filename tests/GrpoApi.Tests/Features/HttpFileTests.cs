using System.Net;
using Grpo.Testing;

namespace GrpoApi.Tests.Features;

/// <summary>The files in http/ run from top to bottom; a request whose title begins with a status expects it.</summary>
public sealed class HttpFileTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Host = "{{host}}";

    [Theory]
    [InlineData("3-advantages.http")]
    [InlineData("4-loss.http")]
    public async Task Every_request_is_answered_as_its_title_says(string file)
    {
        using var client = api.CreateClient();
        var requests = (await File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot(), "http", file))).Split("\n### ")[1..];
        Assert.Contains(requests, request => Status(request) == HttpStatusCode.BadRequest);
        foreach (var request in requests)
        {
            using var message = Parse(request);
            using var response = await client.SendAsync(message);
            Assert.True(response.StatusCode == Status(request), $"{request}\n{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    private static HttpStatusCode Status(string request) => int.TryParse(request.AsSpan(0, 3), out var status) ? (HttpStatusCode)status : HttpStatusCode.OK;

    private static HttpRequestMessage Parse(string request)
    {
        var head = request.IndexOf("\n\n", StringComparison.Ordinal);
        var line = request.Split('\n')[1].Split(' ');
        return new(new(line[0]), line[1].Replace(Host, "", StringComparison.Ordinal))
        {
            Content = new StringContent(request[(head + 2)..], System.Text.Encoding.UTF8, "application/json"),
        };
    }
}
