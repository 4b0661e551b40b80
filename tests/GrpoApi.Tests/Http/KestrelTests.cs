using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GrpoApi.Tests.Http;

/// <summary>What the test server does not do: body limits and connections that break, on Kestrel in this process.</summary>
public sealed class KestrelTests : IAsyncLifetime, IDisposable
{
    private readonly ApiFactory _api = new();
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _api.UseKestrel(0);
        _api.StartServer();
        _client = await _api.CreateReadyClientAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _client?.Dispose();
        _api.Dispose();
    }

    [Fact]
    public async Task A_body_of_100_MB_is_413_before_it_is_sent()
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes("POST /v1/rollouts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n{"));
        var answer = await ReadToEndAsync(socket);
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Contains("urn:grpoapi:problem:body-too-large", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_grows_past_the_limit_is_413_too()
    {
        await using var small = new ApiFactory();
        small.Settings["Limits:MaxBodyBytes"] = "1024";
        small.UseKestrel(0);
        small.StartServer();
        using var client = small.CreateClient();
        using var socket = await ConnectAsync(client);

        // One chunk and no more: a client that still wrote when the server closed would lose the answer to a reset.
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/rollouts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5dc\r\n{new string(' ', 1500)}\r\n"));
        var answer = await ReadToEndAsync(socket);
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("urn:grpoapi:problem:body-too-large", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_stops_the_sampling_and_the_server_goes_on()
    {
        var (started, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        _api.Policy.Before = async (_, token) =>
        {
            await using var registration = token.Register(cancelled.SetResult);
            started.SetResult();
            await cancelled.Task;
            token.ThrowIfCancellationRequested();
        };
        using (var socket = await ConnectAsync())
        {
            const string Body = """{"prompts": [{"text": "a"}]}""";
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/rollouts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
            await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _api.Policy.Before = (_, _) => Task.CompletedTask;
        await _client.PostForJsonAsync("/v1/rollouts", """{"prompts": [{"text": "a"}]}""");
    }

    private Task<Socket> ConnectAsync() => ConnectAsync(_client);

    private static async Task<Socket> ConnectAsync(HttpClient client)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port);
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync(patience.Token);
    }
}
