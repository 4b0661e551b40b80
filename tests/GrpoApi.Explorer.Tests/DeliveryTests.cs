using System.Net;
using GrpoApi.Tests;

namespace GrpoApi.Explorer.Tests;

/// <summary>How the page comes over: from this service alone, small, under a strict policy, wherever the service was started.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class DeliveryTests(ExplorerFixture explorer)
{
    private const int MostBytes = 100_000;

    [BrowserFact]
    public async Task Nothing_leaves_the_origin_and_the_console_stays_silent()
    {
        await using var page = await explorer.OpenAsync();
        Assert.All(page.Requests, request => Assert.Equal(explorer.Page.Authority, request.Authority));
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task First_paint_takes_less_than_100_kB()
    {
        await using var page = await explorer.OpenAsync();
        var bytes = await page.Browser.EvaluateAsync<int>(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, entry) => sum + entry.transferSize, 0)");
        Assert.InRange(bytes, 10_000, MostBytes);
    }

    [Fact]
    public async Task The_page_is_found_from_any_working_directory_and_forbids_everything_foreign()
    {
        // The tests run in a directory of their own, not in the service's.
        await using var server = await RunningServer.StartAsync("--contentRoot", Path.GetTempPath());
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = server.Client.BaseAddress };

        using var root = await client.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal((HttpStatusCode.Redirect, "/explorer"), (root.StatusCode, root.Headers.Location?.OriginalString));
        using var slash = await client.GetAsync(new Uri("/explorer/", UriKind.Relative));
        Assert.Equal("/explorer", slash.Headers.Location?.OriginalString);

        foreach (var (path, type) in new[] { ("/explorer", "text/html"), ("/explorer/js/main.js", "text/javascript"), ("/explorer/vendor/preact.js", "text/javascript"), ("/explorer/vendor/htm.LICENSE.txt", "text/plain"), ("/explorer/explorer.css", "text/css") })
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((path, HttpStatusCode.OK, type), (path, response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            Assert.StartsWith("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }
}
