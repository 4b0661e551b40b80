using System.Net;

namespace GrpoApi.Tests.Http;

/// <summary>What only a process on a real web server shows.</summary>
public sealed class ServerTests
{
    [Fact]
    public async Task It_starts_and_answers()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Client.GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_limit_out_of_range_stops_it_at_start_with_the_reason()
    {
        var (exitCode, output) = await RunningServer.RunToEndAsync("--urls", "http://127.0.0.1:0", "--Limits:MaxPrompts", "0");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("MaxPrompts", output, StringComparison.Ordinal);
        Assert.Contains("between 1 and", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_route_is_a_problem_whatever_the_client_accepts()
    {
        await using var server = await RunningServer.StartAsync();
        server.Client.DefaultRequestHeaders.Add("Accept", "text/html");
        using var response = await server.Client.GetAsync(new Uri("/v1/nothing", UriKind.Relative));
        await Problem.AssertAsync(response, HttpStatusCode.NotFound, "not-found");
    }
}
