using Grpo.Engines;
using Grpo.Rollouts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GrpoApi.Tests;

/// <summary>The service in this process with settings of the test's own, and a scripted policy named <c>fake</c> in the place of a model.</summary>
public class ApiFactory : WebApplicationFactory<Program>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("grpo-test-");

    /// <summary>Configuration values, by key such as <c>Limits:MaxPrompts</c>; set before the first client.</summary>
    internal Dictionary<string, string?> Settings { get; } = new()
    {
        ["Policies:Default"] = "fake",
    };

    /// <summary>The policy that answers.</summary>
    internal FakePolicy Policy { get; } = new();

    /// <summary>How policies are loaded; by default at once.</summary>
    internal Func<PolicySource, CancellationToken, Task<IPolicy>> Load { get; set; }

    /// <summary>The service with <see cref="Policy"/> loaded.</summary>
    public ApiFactory()
    {
        // Each service has its own jobs: another one would work on them with another policy.
        Settings["Jobs:ConnectionString"] = "Data Source=" + Path.Combine(_folder.FullName, "jobs.db");
        Load = (source, _) => Task.FromResult<IPolicy>(source.Name == Settings["Policies:Default"] ? Policy : new FakePolicy(source.Name));
    }

    /// <summary>A client of a service whose policy is loaded.</summary>
    internal async Task<HttpClient> CreateReadyClientAsync()
    {
        var client = CreateClient();
        await client.UntilReadyAsync();
        return client;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder.Refresh();
        if (_folder.Exists) _folder.Delete(recursive: true);
    }

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services => services.Replace(ServiceDescriptor.Singleton<IPolicyLoader>(new FakePolicyLoader((source, token) => Load(source, token)))));
    }
}
