using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>A group of the running policy, token by token.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class RealGroupTests(ExplorerFixture explorer)
{
    [BrowserFact]
    public async Task A_group_is_sampled_with_its_rewards_reasons_and_advantages()
    {
        await using var page = await explorer.OpenAsync();
        var rollouts = await page.AnswerAfterAsync("/v1/rollouts", () => page.Browser.GetByRole(AriaRole.Button, new() { Name = "Sample a group" }).ClickAsync());
        var completions = rollouts["groups"]![0]!["completions"]!.AsArray();
        await Assertions.Expect(page.Browser.Locator(".completion")).ToHaveCountAsync(8);
        await Assertions.Expect(page.Browser.Locator(".completion .reasons").First).ToContainTextAsync((string)completions[0]!["scores"]!["accuracy"]!["reason"]!);
        for (var i = 0; i < 8; i++)
        {
            // The tokens put together are the text, the token that ended it included.
            Assert.StartsWith((string)completions[i]!["text"]!, await page.Browser.Locator(".completion .tokens").Nth(i).TextContentAsync(), StringComparison.Ordinal);
        }

        var advantages = await page.NumbersAsync("completion-advantage");
        var expected = completions.Select(completion => (double)completion!["advantage"]!).ToArray();
        Assert.All(expected.Zip(advantages), pair => Assert.Equal(pair.First, pair.Second, 9));
        Assert.Empty(page.Complaints);
        Assert.Contains("sampled=1", await page.AddressWithAsync("sampled=1"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task The_token_table_is_the_answer_of_the_loss()
    {
        await using var page = await explorer.OpenAsync("sampled=1&completion=3");
        await Assertions.Expect(page.Browser.Locator("#token-table table[data-source=service]")).ToBeVisibleAsync();

        // The next answer is that of the imagined update, whose tokens have left ratio 1.
        var answer = await page.AnswerAfterAsync("/v1/loss", () => page.Browser.GetByLabel("Imagine an update of size", new() { Exact = true }).FillAsync("1.5"));
        var tokens = answer["explanation"]!["sequences"]![3]!["tokens"]!.AsArray();
        await Assertions.Expect(page.Browser.Locator("#token-table tbody tr")).ToHaveCountAsync(tokens.Count);
        await Assertions.Expect(page.Browser.Locator("#token-table [data-number=token-ratio]").Nth(1)).ToHaveAttributeAsync("data-value", Shortest(tokens[1]!["ratio"]!));
        Assert.Equal(tokens.Select(token => (double)token!["clipped_ratio"]!), await page.NumbersAsync("token-clipped-ratio"));
        Assert.Equal(answer["sequences"]![3]!["grad_logprobs"]!.AsArray().Select(grad => (double)grad!), await page.NumbersAsync("token-grad"));
        Assert.Contains(tokens, token => (bool)token!["clipped"]!);
        await Assertions.Expect(page.Browser.Locator("#token-table")).ToContainTextAsync("stops learning");
    }

    [BrowserFact]
    public async Task A_reward_raised_by_hand_moves_the_advantages_and_stays_in_the_address()
    {
        await using var page = await explorer.OpenAsync("sampled=1");
        await Assertions.Expect(page.Browser.Locator(".completion")).ToHaveCountAsync(8);
        var before = await page.NumbersAsync("completion-advantage");
        await page.AnswerAfterAsync("/v1/advantages", () => page.Browser.GetByLabel("Reward of c1", new() { Exact = true }).FillAsync("3"));
        var after = await page.NumbersAsync("completion-advantage");
        Assert.True(after[0] > 1 && after[3] < before[3]);
        await page.AddressWithAsync("raised=0:3");

        await using var copy = await explorer.OpenAsync(new Uri(page.Browser.Url).Fragment[1..]);
        await Assertions.Expect(copy.Browser.GetByLabel("Reward of c1", new() { Exact = true })).ToHaveValueAsync("3");
        Assert.Equal(after[0], (await copy.NumbersAsync("completion-advantage"))[0], 9);
    }

    [BrowserTheory]
    [InlineData("Ratio", "ratio ")]
    [InlineData("Log-probability", "log π ")]
    [InlineData("Push (A × gradient)", "push ")]
    public async Task Tokens_are_coloured_by_what_is_chosen(string choice, string tooltip)
    {
        await using var page = await explorer.OpenAsync("sampled=1&moved=1");
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = choice, Exact = true }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator(".completion .token").First).ToHaveAttributeAsync("title", new Regex("^" + tooltip, RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.NotEqual(0, await page.Browser.Locator(".completion .token[class*=heat-]").CountAsync());
    }

    [BrowserFact]
    public async Task A_policy_that_is_gone_is_named_and_the_form_is_kept()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.RouteAsync("**/v1/rollouts", route => route.FulfillAsync(new()
        {
            Status = 404,
            ContentType = "application/problem+json",
            Body = """{"title": "No such policy", "status": 404, "detail": "No policy is named tiny-r1."}""",
        }));
        await page.Browser.GetByLabel("Question", new() { Exact = true }).FillAsync("What is 1 + 1?");
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Sample a group" }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#form [role=alert]")).ToContainTextAsync("No policy is named tiny-r1.");
        await Assertions.Expect(page.Browser.GetByLabel("Question", new() { Exact = true })).ToHaveValueAsync("What is 1 + 1?");
    }

    [BrowserTheory]
    [InlineData("Completions", "0", "at least 1")]
    [InlineData("Temperature", "warm", "is not a number")]
    [InlineData("Question", "", "Type a question")]
    public async Task What_cannot_be_sampled_is_named_beside_the_field(string field, string typed, string complaint)
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.Locator("#form").GetByLabel(field, new() { Exact = true }).FillAsync(typed);
        await Assertions.Expect(page.Browser.Locator("#form .error")).ToContainTextAsync(complaint);
        await Assertions.Expect(page.Browser.GetByRole(AriaRole.Button, new() { Name = "Sample a group" })).ToBeDisabledAsync();
    }

    /// <summary>As the browser writes the number.</summary>
    private static string Shortest(JsonNode number) => number.ToJsonString();
}
