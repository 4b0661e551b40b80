using System.Text.Json.Nodes;
using Grpo.Testing;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>For everybody: WCAG AA by axe in both themes, by keyboard alone, on a phone.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class AccessTests(ExplorerFixture explorer)
{
    private static string Axe => Path.Combine(TestData.RepositoryRoot(), "node_modules", "axe-core", "axe.min.js");

    [BrowserTheory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 360)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Axe_finds_nothing(ColorScheme theme, int width)
    {
        await using var page = await explorer.OpenAsync("output=1&sampled=1&learned=30&moved=1", width, theme: theme, bypassCsp: true);
        await Assertions.Expect(page.Browser.Locator("#token-table table")).ToBeVisibleAsync();
        await page.Browser.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
        await page.Browser.GetByLabel("KL weight β, as a number").FillAsync("-1");
        await page.Browser.AddScriptTagAsync(new() { Path = Axe });
        var result = JsonNode.Parse(await page.Browser.EvaluateAsync<string>(
            "async () => JSON.stringify((await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations)"))!.AsArray();
        Assert.Empty(result.Select(violation => $"{violation!["id"]}: {string.Join(" | ", violation["nodes"]!.AsArray().Take(5).Select(node => node!["html"] + " " + node["failureSummary"]))}"));
    }

    [BrowserTheory]
    [InlineData(360)]
    [InlineData(768)]
    [InlineData(1280)]
    [InlineData(3840)]
    public async Task Nothing_is_wider_than_the_screen(int width)
    {
        await using var page = await explorer.OpenAsync("", width);
        Assert.Equal(width, await page.Browser.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [BrowserFact]
    public async Task The_keyboard_reaches_and_changes_everything()
    {
        await using var page = await explorer.OpenAsync();
        var reached = new HashSet<string>();
        for (var i = 0; i < 160; i++)
        {
            await page.Browser.Keyboard.PressAsync("Tab");
            reached.Add(await page.Browser.EvaluateAsync<string>("(document.activeElement.labels?.[0]?.textContent ?? document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()"));
        }

        foreach (var name in (string[])["GRPO", "Group size G", "Clip range below, ε low", "KL weight β", "Loss type", "Old probability of o1", "New probability of o6, slider", "Reward of o6", "o3", "Take a gradient step", "Table 3, ratios and terms", "Copy as curl"])
        {
            Assert.Contains(name, reached);
        }

        // A slider by arrow keys, an output by space.
        var size = page.Browser.GetByLabel("Group size G", new() { Exact = true });
        await size.FocusAsync();
        await page.Browser.Keyboard.PressAsync("ArrowRight");
        await page.SettledAsync();
        Assert.Equal(7, (await page.NumbersAsync("ratio", "#terms")).Length);
        await page.Browser.Locator("#terms .name").First.FocusAsync();
        await page.Browser.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Browser.Locator("#worked")).ToContainTextAsync("o1");
    }

    [BrowserFact]
    public async Task The_colours_can_be_chosen_and_are_kept()
    {
        await using var page = await explorer.OpenAsync();
        var light = await page.Browser.EvaluateAsync<string>("getComputedStyle(document.body.parentElement).backgroundColor");
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAsync();
        var dark = await page.Browser.EvaluateAsync<string>("getComputedStyle(document.body.parentElement).backgroundColor");
        Assert.NotEqual(light, dark);
        await page.Browser.ReloadAsync();
        await page.SettledAsync();
        Assert.Equal(dark, await page.Browser.EvaluateAsync<string>("getComputedStyle(document.body.parentElement).backgroundColor"));
    }
}
