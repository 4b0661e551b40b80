using System.Text.RegularExpressions;
using Grpo.Advantages;
using Grpo.Losses;
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
        var answers = new Dictionary<string, string>();
        foreach (Match request in requests)
        {
            using var message = new HttpRequestMessage(new HttpMethod(request.Groups["method"].Value), new Uri(Filled(request.Groups["path"].Value, answers), UriKind.Relative));
            if (request.Groups["accept"] is { Success: true, Value: var accept }) message.Headers.Accept.ParseAdd(accept);
            if (request.Groups["type"] is { Success: true, Value: var type }) message.Content = new StringContent(Filled(request.Groups["body"].Value, answers), System.Text.Encoding.UTF8, type);
            using var response = await client.SendAsync(message);
            var answer = await response.Content.ReadAsStringAsync();
            var expected = ExpectedStatus(request);
            Assert.True(expected == 200 ? response.IsSuccessStatusCode : expected == (int)response.StatusCode, $"{request.Groups["title"].Value}: {(int)response.StatusCode} {answer}");
            if (request.Groups["name"] is { Success: true, Value: var name }) answers[name] = answer;
        }
    }

    [Fact]
    public void Every_estimator_and_every_loss_type_is_shown()
    {
        var (advantages, loss) = (Text("3-advantages.http"), Text("4-loss.http"));
        Assert.All([.. AdvantageEstimators.All.Names, .. TokenAdvantageEstimators.All.Names], name => Assert.Contains($"\"estimator\": \"{name}\"", advantages, StringComparison.Ordinal));
        Assert.All([.. LossTypes.All.Names, "value"], name => Assert.Contains($"\"loss_type\": \"{name}\"", loss, StringComparison.Ordinal));

        static string Text(string file) => File.ReadAllText(Path.Combine(TestData.RepositoryRoot(), "http", file));
    }

    // A later request may use a field of the answer to an earlier one: {{create.response.body.$.id}}.
    private static string Filled(string text, Dictionary<string, string> answers) =>
        AnswerField().Replace(text, match => (string)System.Text.Json.Nodes.JsonNode.Parse(answers[match.Groups["name"].Value])![match.Groups["field"].Value]!);

    private static int ExpectedStatus(Match request) => Status().Match(request.Groups["title"].Value) is { Success: true } status ? int.Parse(status.Value) : 200;

    [GeneratedRegex(@"^### (?<title>.*)\n(# @name (?<name>\w+)\n)?(?<method>GET|POST|PUT|DELETE) (?<path>\S+)\n(Accept: (?<accept>\S+)\n)?(Content-Type: (?<type>\S+)\n\n(?<body>(?s:.*?)(?=\n### |\z)))?", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Request();

    [GeneratedRegex(@"\{\{(?<name>\w+)\.response\.body\.\$\.(?<field>\w+)\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AnswerField();

    [GeneratedRegex("^### ", RegexOptions.Multiline, 1000)]
    private static partial Regex Title();

    [GeneratedRegex(@"\b[45]\d\d\b", RegexOptions.None, 1000)]
    private static partial Regex Status();
}
