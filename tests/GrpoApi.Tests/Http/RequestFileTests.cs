using System.Text.RegularExpressions;
using Grpo.Testing;

namespace GrpoApi.Tests.Http;

/// <summary>The files in http/ run top to bottom: each request succeeds, or fails with the status its title gives.</summary>
public sealed partial class RequestFileTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    public static TheoryData<string> Files { get; } = [.. Directory.GetFiles(Path.Combine(TestData.RepositoryRoot(), "http"), "*.http").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_request_answers_as_its_title_says(string file)
    {
        using var client = await api.CreateReadyClientAsync();
        var text = await File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot(), "http", file));
        var requests = Request().Matches(text.Replace("{{host}}", "", StringComparison.Ordinal).Replace("{{policy}}", "fake", StringComparison.Ordinal));
        Assert.Equal(Title().Count(text), requests.Count);
        Assert.Contains(requests, request => ExpectedStatus(request) >= 400);
        foreach (Match request in requests)
        {
            using var response = request.Groups["method"].Value == "GET"
                ? await client.GetAsync(new Uri(request.Groups["path"].Value, UriKind.Relative))
                : await client.PostTextAsync(request.Groups["path"].Value, request.Groups["body"].Value, request.Groups["accept"] is { Success: true, Value: var accept } ? accept : "application/json");
            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(ExpectedStatus(request) == (int)response.StatusCode, $"{request.Groups["title"].Value}: {(int)response.StatusCode} {answer}");
        }
    }

    private static int ExpectedStatus(Match request) => Status().Match(request.Groups["title"].Value) is { Success: true } status ? int.Parse(status.Value) : 200;

    [GeneratedRegex(@"^### (?<title>.*)\n(?<method>GET|POST) (?<path>\S+)\n(Accept: (?<accept>\S+)\n)?(Content-Type: application/json\n\n(?<body>(?s:.*?)(?=\n### |\z)))?", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Request();

    [GeneratedRegex("^### ", RegexOptions.Multiline, 1000)]
    private static partial Regex Title();

    [GeneratedRegex(@"\b[45]\d\d\b", RegexOptions.None, 1000)]
    private static partial Regex Status();
}
