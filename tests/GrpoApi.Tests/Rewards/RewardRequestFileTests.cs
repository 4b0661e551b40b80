using Grpo.Testing;
using System.Net;

namespace GrpoApi.Tests.Rewards;

public sealed class RewardRequestFileTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task The_http_file_runs_top_to_bottom_and_ends_with_its_failing_example()
    {
        using var client = api.CreateClient();
        var requests = (await File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot(), "http", "2-rewards.http"))).Split("\n### ")[1..];
        var statuses = new List<HttpStatusCode>();
        foreach (var request in requests)
        {
            using var response = request.Contains("\nGET ", StringComparison.Ordinal)
                ? await client.GetAsync(new Uri("/v1/rewards", UriKind.Relative))
                : await client.PostTextAsync("/v1/rewards", request[request.IndexOf("\n{", StringComparison.Ordinal)..]);
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.BadRequest], statuses);
    }
}
