using System.Text.Json.Nodes;
using Grpo.Testing;

namespace GrpoApi.Tests.Http;

/// <summary>The document is the contract: what is served, what the build wrote and what is committed are one.</summary>
public sealed class OpenApiDocumentTests : IDisposable
{
    private static readonly string Committed = Path.Combine(TestData.RepositoryRoot(), "docs", "openapi.json");
    private static readonly string[] Methods = ["get", "post", "put", "delete"];
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task The_served_document_is_the_committed_one()
    {
        using var client = _api.CreateClient();
        var served = await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(Committed, served);
        }

        Assert.Equal(await File.ReadAllTextAsync(Committed), served, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Every_operation_is_named_and_described_and_says_how_it_fails()
    {
        using var client = _api.CreateClient();
        foreach (var (path, method, operation) in await OperationsAsync(client))
        {
            foreach (var field in (string[])["operationId", "summary", "description", "tags"])
            {
                Assert.True(operation[field] is not null, $"{method} {path} has no {field}");
            }

            foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            {
                Assert.NotEmpty((string)parameter!["description"]!);
                Assert.True(parameter["example"] is not null || (bool?)parameter["required"] is not true, $"{method} {path}: {parameter["name"]} has no example");
            }

            Assert.NotEqual((string)operation["summary"]!, (string)operation["description"]!);
            Assert.All(operation["responses"]!.AsObject(), response => Assert.NotEmpty((string)response.Value!["description"]!));
            if (path.StartsWith("/v1/", StringComparison.Ordinal))
            {
                Assert.Contains(operation["responses"]!.AsObject(), response => response.Key[0] != '2' && response.Value!["content"] is not null);
            }
        }
    }

    [Fact]
    public async Task Every_example_succeeds_unchanged()
    {
        // The one example that names a file of the server.
        var weights = Directory.CreateTempSubdirectory("grpo-example-");
        var file = Path.Combine(weights.FullName, "step-20", "model.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "any");
        _api.Settings["Weights:Root"] = weights.FullName;
        using var client = await _api.CreateReadyClientAsync();
        var posts = (await OperationsAsync(client)).Where(operation => operation.Operation["requestBody"] is not null).ToList();
        Assert.NotEmpty(posts);
        foreach (var (path, method, operation) in posts)
        {
            if (operation["requestBody"]!["content"]!["application/json"] is not { } json) continue; // an upload, of any rows
            var example = json["example"];
            Assert.True(example is not null, $"{method} {path} has no example");
            using var response = await client.PostTextAsync(path.Replace("{name}", "fake", StringComparison.Ordinal), example.ToJsonString());
            Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {await response.Content.ReadAsStringAsync()}");
        }

        weights.Delete(recursive: true);
    }

    [Fact]
    public async Task Operation_ids_are_unique()
    {
        using var client = _api.CreateClient();
        var ids = (await OperationsAsync(client)).Select(operation => (string)operation.Operation["operationId"]!).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public async Task Swagger_ui_shows_that_document()
    {
        using var client = _api.CreateClient();
        Assert.Contains("swagger-ui", await client.GetStringAsync(new Uri("/swagger", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains("/openapi/v1.json", await client.GetStringAsync(new Uri("/swagger/index.js", UriKind.Relative)), StringComparison.Ordinal);
    }

    private static async Task<List<(string Path, string Method, JsonNode Operation)>> OperationsAsync(HttpClient client)
    {
        var document = await client.GetJsonAsync("/openapi/v1.json");
        return [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Where(item => Methods.Contains(item.Key)).Select(item => (path.Key, item.Key, item.Value!)))];
    }
}
