using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace GrpoApi.Tests.Http;

public sealed class ApiKeysTests
{
    private const string Key = "correct horse";

    [Theory]
    [InlineData("X-Api-Key", Key)]
    [InlineData("Authorization", "Bearer " + Key)]
    public async Task A_configured_key_opens_both_ways(string header, string value)
    {
        await using var api = new ApiFactory();
        api.Settings["Auth:Keys:0"] = "another";
        api.Settings["Auth:Keys:1"] = Key;
        using var client = await api.CreateReadyClientAsync();
        client.DefaultRequestHeaders.Add(header, value);
        await client.GetJsonAsync("/v1/policies");
        await client.GetJsonAsync("/info");
    }

    [Theory]
    [InlineData("X-Api-Key", "wrong")]
    [InlineData("X-Api-Key", "Correct horse")]
    [InlineData("Authorization", "Basic " + Key)]
    [InlineData("Accept", "*/*")]
    public async Task Anything_else_is_401_except_health_and_the_document(string header, string value)
    {
        await using var api = new ApiFactory();
        api.Settings["Auth:Keys"] = Key;
        using var client = await api.CreateReadyClientAsync();
        client.DefaultRequestHeaders.Add(header, value);
        using var response = await client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}]}""");
        await Problem.AssertAsync(response, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        using var info = await client.GetAsync(new Uri("/info", UriKind.Relative));
        await Problem.AssertAsync(info, HttpStatusCode.Unauthorized);
        await client.GetJsonAsync("/openapi/v1.json");
    }

    [Fact]
    public async Task A_key_may_be_configured_by_its_hash()
    {
        await using var api = new ApiFactory();
        api.Settings["Auth:Keys"] = "sha256:" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        using var client = await api.CreateReadyClientAsync();
        client.DefaultRequestHeaders.Add("X-Api-Key", Key);
        await client.GetJsonAsync("/v1/policies");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    public async Task Listening_beyond_this_machine_without_a_key_is_refused_at_start(string url)
    {
        var (exitCode, output) = await RunningServer.RunToEndAsync("--urls", url);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Refusing to listen", output, StringComparison.Ordinal);
        Assert.Contains("Auth:Keys", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_it_may_listen_anywhere()
    {
        await using var server = await RunningServer.StartAsync("--urls", "http://0.0.0.0:0", "--Auth:Keys", Key);
        using var response = await server.Client.GetAsync(new Uri("/v1/policies", UriKind.Relative));
        await Problem.AssertAsync(response, HttpStatusCode.Unauthorized);
    }
}
