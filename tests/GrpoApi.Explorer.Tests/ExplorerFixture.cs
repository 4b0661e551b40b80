using GrpoApi.Tests;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>One running service and one browser for all tests; each test opens a page of its own.</summary>
public sealed class ExplorerFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal RunningServer Server { get; private set; } = null!;

    /// <summary>The address of the page.</summary>
    public Uri Page => new(Server.Client.BaseAddress!, "/explorer");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (Chromium.Path is null) return;
        Server = await RunningServer.StartAsync();
        await Server.Client.UntilReadyAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = ["--no-sandbox"] });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (Server is not null) await Server.DisposeAsync();
    }

    /// <summary>Opens the page at a state (what follows #) and waits for the service's numbers.</summary>
    internal async Task<ExplorerPage> OpenAsync(string state = "", int width = 1280, int height = 900, ColorScheme theme = ColorScheme.Light, bool bypassCsp = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            BypassCSP = bypassCsp,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        var page = new ExplorerPage(await context.NewPageAsync(), Page);
        await page.GotoAsync(state);
        return page;
    }
}

/// <summary>The tests that share the service and the browser.</summary>
[CollectionDefinition(Name)]
public sealed class ExplorerTestGroup : ICollectionFixture<ExplorerFixture>
{
    /// <summary>The group's name.</summary>
    public const string Name = "explorer";
}
