using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Jobs;

/// <summary>Datasets from files below Datasets:Root, and nothing outside of it.</summary>
public sealed class DatasetPathTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("grpo-datasets-").FullName;
    private readonly ApiFactory _api = new();

    public DatasetPathTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "root", "sub"));
        _api.Settings["Datasets:Root"] = Path.Combine(_folder, "root");
    }

    public void Dispose()
    {
        _api.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_below_the_root_is_read()
    {
        await WriteAsync("root/sub/gsm8k.jsonl", "{\"question\":\"1 + 1\",\"answer\":\"so it is\\n#### 0\"}\n{\"question\":\"q\",\"answer\":\"#### 5\"}\n");
        using var response = await PostAsync("sub/gsm8k.jsonl");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        using var client = await _api.CreateReadyClientAsync();
        var job = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("sub/gsm8k.jsonl", (string)job["dataset"]!["source"]!);
        var done = await client.GetJsonAsync($"{job["links"]!["self"]}?wait=60");
        Assert.Equal(0.5, (double)done["metrics"]!["pass@1"]!["value"]!);
    }

    [Fact]
    public async Task A_bad_line_is_told_by_its_number_and_nothing_is_stored()
    {
        await WriteAsync("root/bad.jsonl", "{\"question\":\"1\",\"answer\":\"0\"}\nnot json\n");
        Assert.StartsWith("Line 2 is not JSON", await Problem.AssertInvalidAsync(await PostAsync("bad.jsonl"), "dataset.path"), StringComparison.Ordinal);
        await WriteAsync("root/bad.jsonl", "{\"question\":\"1\",\"answer\":\"0\"}\n{\"question\":\"2\"}\n");
        Assert.StartsWith("Row 1 of the dataset", await Problem.AssertInvalidAsync(await PostAsync("bad.jsonl"), "reference.answer"), StringComparison.Ordinal);
        using var client = await _api.CreateReadyClientAsync();
        Assert.Empty((await client.GetJsonAsync("/v1/evaluations"))["evaluations"]!.AsArray());
    }

    [Theory]
    [InlineData("../secret.jsonl")]
    [InlineData("sub/../../secret.jsonl")]
    [InlineData("link.jsonl")]
    [InlineData("nowhere.jsonl")]
    [InlineData("sub")]
    public async Task What_is_not_a_file_below_the_root_is_refused(string path)
    {
        await WriteAsync("secret.jsonl", "{\"question\":\"1\",\"answer\":\"0\"}\n");
        File.CreateSymbolicLink(Path.Combine(_folder, "root", "link.jsonl"), Path.Combine(_folder, "secret.jsonl"));
        await Problem.AssertInvalidAsync(await PostAsync(path), "dataset.path");
        await Problem.AssertInvalidAsync(await PostAsync(Path.Combine(_folder, "secret.jsonl")), "dataset.path");
    }

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(Path.Combine(_folder, file), text);

    private async Task<HttpResponseMessage> PostAsync(string path)
    {
        using var client = await _api.CreateReadyClientAsync();
        return await client.PostTextAsync("/v1/evaluations", new JsonObject { ["dataset"] = new JsonObject { ["path"] = path }, ["rewards"] = new JsonArray(new JsonObject { ["name"] = "accuracy" }) }.ToJsonString());
    }
}
