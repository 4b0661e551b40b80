namespace GrpoApi.Tests;

/// <summary>A test with a service of its own, whose policy it scripts.</summary>
public abstract class ApiTest : IAsyncLifetime, IDisposable
{
    internal ApiFactory Api { get; } = new();

    internal HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync() => Client = await Api.CreateReadyClientAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Api.Dispose();
}
