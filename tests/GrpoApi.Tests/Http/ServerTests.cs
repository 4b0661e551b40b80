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

    [Theory]
    [InlineData("Limits:MaxPrompts", "0", "between 1 and")]
    [InlineData("Policies:tiny-r1:Threads", "0", "from 1 to 1024")]
    [InlineData("Auth:Keys", "sha256:abc", "64 hexadecimal digits")]
    public async Task A_setting_out_of_range_stops_it_at_start_with_the_reason(string key, string value, string reason)
    {
        var (exitCode, output) = await RunningServer.RunToEndAsync("--urls", "http://127.0.0.1:0", "--" + key, value);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(key.Split(':')[^1], output, StringComparison.Ordinal);
        Assert.Contains(reason, output, StringComparison.Ordinal);
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
