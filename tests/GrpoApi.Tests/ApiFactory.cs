using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace GrpoApi.Tests;

/// <summary>The service in this process, on the test server, with settings of the test's own.</summary>
public class ApiFactory : WebApplicationFactory<Program>
{
    /// <summary>Configuration values, by key such as <c>Limits:MaxPrompts</c>; set before the first client.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }
    }
}
