using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>The small policy that learns, and R1's stages.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class LearnTests(ExplorerFixture explorer)
{
    private static readonly Regex TwoDigits = new("^[1-9][0-9]$", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static async Task<double> LearntAsync(ExplorerPage page, int step)
    {
        await Assertions.Expect(page.Browser.Locator($"#learning [data-step='{step}']")).ToBeVisibleAsync();
        return (await page.NumbersAsync("learn-reward")).Single();
    }

    [BrowserFact]
    public async Task Steps_raise_the_reward_and_the_service_agrees_with_the_last_loss()
    {
        await using var page = await explorer.OpenAsync();
        var step = page.Browser.GetByRole(AriaRole.Button, new() { Name = "Step", Exact = true });
        for (var i = 1; i <= 12; i++)
        {
            await step.ClickAsync();
            await LearntAsync(page, i);
        }

        Assert.True(await LearntAsync(page, 12) > 0.75);
        var report = page.Browser.Locator("#learning .remark");
        await Assertions.Expect(report).ToContainTextAsync("The service computes");
        var numbers = Regex.Match(await report.InnerTextAsync(), "computes (?<service>.+?) for the loss of the last update, the page (?<page>.+?)\\.$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(numbers.Success);
        Assert.Equal(numbers.Groups["service"].Value, numbers.Groups["page"].Value);

        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Reset", Exact = true }).ClickAsync();
        await Assertions.Expect(report).ToContainTextAsync("Nothing learnt yet");
    }

    [BrowserFact]
    public async Task A_run_goes_on_until_it_is_paused()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.Locator("#learning").GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#learning [data-step]")).ToHaveAttributeAsync("data-step", TwoDigits, new() { Timeout = 20_000 });
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#learning .remark")).ToContainTextAsync("The service computes");
    }

    [BrowserFact]
    public async Task The_KL_weight_holds_the_policy_back_and_a_link_repeats_the_run()
    {
        await using var free = await explorer.OpenAsync("beta=0&learned=60");
        await using var held = await explorer.OpenAsync("beta=1&learned=60");
        await using var again = await explorer.OpenAsync("beta=1&learned=60");
        var (far, near) = (await LearntAsync(free, 60), await LearntAsync(held, 60));
        Assert.True(far > near);
        Assert.Equal(near, await LearntAsync(again, 60));
    }

    [BrowserFact]
    public async Task A_stage_runs_on_the_service_and_one_without_its_operation_says_so()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.RouteAsync("**/openapi/v1.json", async route =>
        {
            var response = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = response, Body = (await response.TextAsync()).Replace("\"/v1/curations\"", "\"/v1/elsewhere\"", StringComparison.Ordinal) });
        });
        var stages = page.Browser.Locator("#stages");
        await stages.ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(stages.Locator(".absent").First).ToContainTextAsync("this service has no POST /v1/curations");

        var stage = stages.Locator("li").Filter(new() { HasText = "Reasoning RL" });
        await stage.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(stage.Locator(".outcome")).ToContainTextAsync("48 completions of 6 questions");
        await Assertions.Expect(stage.Locator(".outcome")).ToContainTextAsync("The gradient reaches");
        Assert.Empty(page.Complaints);
    }

    [BrowserTheory]
    [InlineData("Cold start", "Curate a cold-start set", "were kept")]
    [InlineData("Rejection sampling", "Keep the best of 8", "were kept")]
    [InlineData("RL for all scenarios", "Measure pass@1 and maj@4", "pass@1: ")]
    public async Task The_stages_run_the_jobs_of_the_service(string stage, string action, string outcome)
    {
        await using var page = await explorer.OpenAsync();
        var card = page.Browser.Locator("#stages > ol > li").Filter(new() { HasText = stage }).First;
        await card.ScrollIntoViewIfNeededAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = action }).ClickAsync();
        await Assertions.Expect(card.Locator(".outcome")).ToContainTextAsync(outcome, new() { Timeout = 60_000 });
        Assert.Empty(page.Complaints);
    }
}
