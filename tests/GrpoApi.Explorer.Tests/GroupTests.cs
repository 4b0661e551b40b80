using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GrpoApi.Tests;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>The group view: every widget changes what it should, and every number is the service's.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class GroupTests(ExplorerFixture explorer)
{
    [BrowserFact]
    public async Task Every_number_is_the_answer_of_the_api()
    {
        await using var page = await explorer.OpenAsync();
        var advantages = await AskAsync("/v1/advantages", """{"estimator": "grpo", "scale_rewards": "group", "groups": [{"rewards": [1, 0, 1, 0, 0.2, 1]}]}""");
        var expected = advantages["groups"]![0]!["advantages"]!.AsArray().Select(value => (double)value!).ToArray();
        Assert.Equal(expected, await page.NumbersAsync("advantage"));

        double[] old = [0.3, 0.2, 0.18, 0.14, 0.1, 0.08], now = [0.33, 0.15, 0.25, 0.19, 0.04, 0.04], reference = [0.28, 0.2, 0.18, 0.15, 0.11, 0.08];
        var loss = await AskAsync("/v1/loss", new JsonObject
        {
            ["loss_type"] = "grpo",
            ["epsilon"] = 0.2,
            ["beta"] = 0.04,
            ["explain"] = true,
            ["sequences"] = new JsonArray([.. Enumerable.Range(0, 6).Select(i => (JsonNode)new JsonObject
            {
                ["logprobs"] = new JsonArray(Math.Log(now[i])), ["old_logprobs"] = new JsonArray(Math.Log(old[i])), ["ref_logprobs"] = new JsonArray(Math.Log(reference[i])), ["advantage"] = expected[i],
            })]),
        }.ToJsonString());
        var tokens = loss["explanation"]!["sequences"]!.AsArray().Select(sequence => sequence!["tokens"]![0]!).ToList();
        foreach (var kind in (string[])["ratio", "clipped_ratio", "unclipped_term", "clipped_term", "min_term", "kl", "beta_kl"])
        {
            AssertNear(tokens.Select(token => (double)token[kind]!), await page.NumbersAsync(kind, "#terms"));
        }

        AssertNear(loss["sequences"]!.AsArray().Select(sequence => (double)sequence!["grad_logprobs"]![0]!), await page.NumbersAsync("grad", "#terms"));
        AssertNear([(double)loss["loss"]!], await page.NumbersAsync("loss"));
        AssertNear([(double)loss["explanation"]!["surrogate"]!], await page.NumbersAsync("surrogate"));
        AssertNear([(double)loss["explanation"]!["kl_penalty"]!], await page.NumbersAsync("kl_penalty"));

        // What is written is that number, rounded.
        var written = await page.WrittenAsync("advantage");
        Assert.Equal(expected.Select(value => (value > 0 ? "+" : value < 0 ? "−" : "") + Math.Abs(value).ToString("F4")), written);
    }

    [BrowserFact]
    public async Task A_slider_moves_the_clip_range_and_the_sentence_says_what_followed()
    {
        await using var page = await explorer.OpenAsync();
        var clipped = await page.NumbersAsync("clipped_ratio", "#terms");
        Assert.Equal([1.1, 0.8, 1.2, 1.2, 0.8, 0.8], clipped.Select(value => Math.Round(value, 9)));

        var sentence = await page.SentenceAfterAsync(() => page.Browser.GetByLabel("Clip range above, ε high", new() { Exact = true }).FillAsync("0.5"));
        Assert.Contains("ε high", sentence, StringComparison.Ordinal);
        Assert.Contains("o3 is no longer clipped and learns again", sentence, StringComparison.Ordinal);
        await page.SettledAsync();
        Assert.Equal(1.3889, Math.Round((await page.NumbersAsync("clipped_ratio", "#terms"))[2], 4));
        Assert.Contains("learns", await page.Browser.Locator("#terms tbody tr").Nth(2).InnerTextAsync(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task One_reward_moves_every_advantage()
    {
        await using var page = await explorer.OpenAsync();
        var before = await page.NumbersAsync("advantage");
        var answer = await page.AnswerAfterAsync("/v1/advantages", () => page.Browser.GetByLabel("Reward of o2", new() { Exact = true }).FillAsync("0.9"));
        await page.SettledAsync();
        var after = await page.NumbersAsync("advantage");
        Assert.All(before.Zip(after), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(6, answer["groups"]![0]!["advantages"]!.AsArray().Count);
        await Assertions.Expect(page.Sentence).ToContainTextAsync("Every advantage of the group moved");
    }

    [BrowserFact]
    public async Task Equal_rewards_carry_no_signal()
    {
        await using var page = await explorer.OpenAsync("outputs=0.5,0.5;0.4,0.6;0.5,0.5;1,1;1,1");
        await Assertions.Expect(page.Browser.Locator("#advantages")).ToContainTextAsync("no signal");
        Assert.All(await page.NumbersAsync("advantage"), value => Assert.Equal(0, value));
    }

    [BrowserTheory]
    [InlineData("Dr. GRPO", "loss_type=dr_grpo")]
    [InlineData("DAPO", "epsilon_high=0.28")]
    [InlineData("GSPO", "loss_type=gspo")]
    [InlineData("CISPO", "loss_type=cispo")]
    [InlineData("PPO", "estimator=remax")]
    public async Task A_preset_sets_the_published_settings(string preset, string state)
    {
        await using var page = await explorer.OpenAsync();
        var button = page.Browser.Locator("#presets").GetByRole(AriaRole.Button, new() { Name = preset, Exact = true });
        await button.ClickAsync();
        await page.AddressWithAsync(state);
        await page.SettledAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task The_group_grows_and_shrinks()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.GetByLabel("Group size G", new() { Exact = true }).FillAsync("64");
        await page.SettledAsync();
        Assert.Equal(64, (await page.NumbersAsync("ratio", "#terms")).Length);
        await page.Browser.GetByLabel("Group size G", new() { Exact = true }).FillAsync("3");
        await page.SettledAsync();
        Assert.Equal(3, (await page.NumbersAsync("ratio", "#terms")).Length);
        await Assertions.Expect(page.Browser.Locator("[data-sum=now]")).ToContainTextAsync("not 1");
        await page.Browser.Locator("[data-sum=now] button").ClickAsync();
        await Assertions.Expect(page.Browser.Locator("[data-sum=now]")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Gradient_steps_drive_good_outputs_to_the_bound_where_they_stop()
    {
        await using var page = await explorer.OpenAsync("beta=0");
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Sample anew: old := new" }).ClickAsync();
        await page.SettledAsync();
        Assert.All(await page.NumbersAsync("ratio", "#terms"), ratio => Assert.Equal(1, ratio, 6));
        for (var i = 0; i < 8; i++)
        {
            await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Take a gradient step" }).ClickAsync();
            await page.SettledAsync();
        }

        var (ratios, grads, advantages) = (await page.NumbersAsync("ratio", "#terms"), await page.NumbersAsync("grad", "#terms"), await page.NumbersAsync("advantage"));
        Assert.Contains(Enumerable.Range(0, ratios.Length), i => advantages[i] > 0 && ratios[i] > 1.2 && grads[i] == 0);
        Assert.Contains("stops learning", await page.Browser.Locator("#terms").InnerTextAsync(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task The_critic_misleads_and_the_group_does_not()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.GetByLabel("What the critic expects of this prompt, V", new() { Exact = true }).FillAsync("1.5");
        await Assertions.Expect(page.Browser.Locator("#beside .remark")).ToContainTextAsync("too much");
        Assert.All(await page.NumbersAsync("critic-advantage"), value => Assert.True(value < 0));
        Assert.Equal(0, (await page.NumbersAsync("group-advantage")).Sum(), 9);
    }

    [BrowserFact]
    public async Task The_dots_of_the_clip_curve_can_be_dragged()
    {
        await using var page = await explorer.OpenAsync();
        var dot = page.Browser.Locator("#clip .dots [data-output='0'] .dot").First;
        await dot.ScrollIntoViewIfNeededAsync();
        var box = (await dot.BoundingBoxAsync())!;
        await page.Browser.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await page.Browser.Mouse.DownAsync();
        await page.Browser.Mouse.MoveAsync(box.X + 60, box.Y, new() { Steps = 5 });
        await page.Browser.Mouse.UpAsync();
        await page.SettledAsync();
        Assert.True((await page.NumbersAsync("ratio", "#terms"))[0] > 1.25);
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task Log_probabilities_are_the_same_numbers()
    {
        await using var page = await explorer.OpenAsync();
        var ratios = await page.NumbersAsync("ratio", "#terms");
        await page.Browser.GetByLabel("Type log-probabilities instead").CheckAsync();
        await page.SettledAsync();
        AssertNear(ratios, await page.NumbersAsync("ratio", "#terms"));
        Assert.StartsWith("-1.2039728", await page.Browser.GetByLabel("Old probability of o1", new() { Exact = true }).InputValueAsync(), StringComparison.Ordinal);
    }

    private async Task<JsonNode> AskAsync(string path, string body)
    {
        using var response = await explorer.Server.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static void AssertNear(IEnumerable<double> expected, double[] actual)
    {
        var wanted = expected.ToArray();
        Assert.Equal(wanted.Length, actual.Length);
        Assert.All(wanted.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= (1e-9 * Math.Abs(pair.First)) + 1e-12, $"{pair.First:R} is not {pair.Second:R}"));
    }
}
