using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>What cannot be used is named in its place, and what was typed stays.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class InputTests(ExplorerFixture explorer)
{
    [BrowserTheory]
    [InlineData("0", "must be above 0")]
    [InlineData("-0.1", "must be above 0")]
    [InlineData("", "is empty")]
    [InlineData("NaN", "is not a number")]
    [InlineData("1.2", "must be at most 1")]
    public async Task A_probability_that_is_none_is_named_and_kept(string typed, string complaint)
    {
        await using var page = await explorer.OpenAsync();
        var before = await page.NumbersAsync("ratio", "#terms");
        var field = page.Browser.GetByLabel("New probability of o2", new() { Exact = true });
        await field.FillAsync(typed);
        await Assertions.Expect(page.Browser.Locator("#given .errors")).ToContainTextAsync("The new probability of o2");
        await Assertions.Expect(page.Browser.Locator("#given .errors")).ToContainTextAsync(complaint);
        await Assertions.Expect(field).ToHaveValueAsync(typed);
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(page.Browser.Locator(".source")).ToHaveAttributeAsync("data-state", "stale");
        Assert.Equal(before, await page.NumbersAsync("ratio", "#terms"));

        await field.FillAsync("0.15");
        await page.SettledAsync();
        await Assertions.Expect(page.Browser.Locator("#given .errors")).ToHaveCountAsync(0);
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task A_setting_that_is_none_is_named_beside_it()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.GetByLabel("KL weight β, as a number").FillAsync("-1");
        await Assertions.Expect(page.Browser.Locator("#controls .error")).ToContainTextAsync("β must be at least 0");
    }

    [BrowserFact]
    public async Task A_service_that_is_busy_or_gone_is_named_and_the_input_is_kept()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.RouteAsync("**/v1/loss", route => route.FulfillAsync(new()
        {
            Status = 503,
            ContentType = "application/problem+json",
            Headers = new Dictionary<string, string> { ["Retry-After"] = "7" },
            Body = """{"title": "Busy", "status": 503, "detail": "The queue is full."}""",
        }));
        var reward = page.Browser.GetByLabel("Reward of o2", new() { Exact = true });
        var trouble = page.Browser.Locator("#summary [role=alert]");
        await reward.FillAsync("0.4");
        await Assertions.Expect(trouble).ToContainTextAsync("Try again in 7 s");

        await page.Browser.UnrouteAllAsync();
        await page.Browser.RouteAsync("**/v1/**", route => route.AbortAsync());
        await reward.FillAsync("0.6");
        await Assertions.Expect(trouble).ToContainTextAsync("does not answer");
        await Assertions.Expect(reward).ToHaveValueAsync("0.6");

        await page.Browser.UnrouteAllAsync();
        await trouble.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await page.SettledAsync();
        await Assertions.Expect(trouble).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Json_that_is_not_a_request_is_explained()
    {
        await using var page = await explorer.OpenAsync();
        var box = page.Browser.Locator("#load-json");
        var load = page.Browser.GetByRole(AriaRole.Button, new() { Name = "Load JSON" });
        await box.FillAsync("{nonsense");
        await load.ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#sharing .error")).ToContainTextAsync("This is not JSON");
        await box.FillAsync("""{"something": 1}""");
        await load.ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#sharing .error")).ToContainTextAsync("none of the three");
        await Assertions.Expect(box).ToHaveValueAsync("""{"something": 1}""");
    }
}
