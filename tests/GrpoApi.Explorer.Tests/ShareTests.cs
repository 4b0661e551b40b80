using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>The state travels: in the address, as curl, as Python, as JSON.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class ShareTests(ExplorerFixture explorer)
{
    [BrowserFact]
    public async Task The_address_holds_the_whole_state()
    {
        await using var first = await explorer.OpenAsync();
        await first.Browser.GetByLabel("Reward of o2", new() { Exact = true }).FillAsync("0.7");
        await first.Browser.GetByLabel("Clip range above, ε high", new() { Exact = true }).FillAsync("0.35");
        await first.Browser.GetByLabel("Loss type", new() { Exact = true }).SelectOptionAsync("dapo");
        await first.Browser.GetByLabel("KL estimator", new() { Exact = true }).SelectOptionAsync("full");
        await first.Browser.GetByLabel("Group size G", new() { Exact = true }).FillAsync("9");
        await first.SettledAsync();
        var fragment = await first.AddressWithAsync("kl=full");

        await using var second = await explorer.OpenAsync(fragment[1..]);
        foreach (var kind in (string[])["ratio", "min_term", "kl", "advantage", "loss"])
        {
            Assert.Equal(await first.NumbersAsync(kind), await second.NumbersAsync(kind));
        }

        Assert.Equal(fragment, new Uri(second.Browser.Url).Fragment);
    }

    [BrowserFact]
    public async Task The_default_state_has_a_bare_address()
    {
        await using var page = await explorer.OpenAsync();
        Assert.Equal(explorer.Page.ToString(), page.Browser.Url);
    }

    [BrowserTheory]
    [InlineData("curl")]
    [InlineData("python")]
    public async Task What_is_copied_runs_and_gives_the_number_on_the_page(string kind)
    {
        await using var page = await explorer.OpenAsync("epsilon=0.1");
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = kind == "curl" ? "Copy as curl" : "Copy as Python" }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#sharing [role=status]")).ToContainTextAsync("clipboard");
        await page.Browser.GetByText("Show the request and the answer").ClickAsync();
        var copied = await page.Browser.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Equal(await page.Browser.Locator($"[data-code={kind}]").TextContentAsync(), copied);

        var output = await RunAsync(kind == "curl" ? ["/bin/sh", "-c", copied] : ["python3", "-c", copied]);
        var loss = kind == "curl" ? (double)JsonNode.Parse(output)!["loss"]! : double.Parse(output.Split('\n')[0].Split(' ')[1]);
        Assert.Equal((await page.NumbersAsync("loss")).Single(), loss, 12);
    }

    [BrowserFact]
    public async Task A_loss_request_can_be_loaded()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.Locator("#load-json").FillAsync("""
            {"loss_type": "grpo", "epsilon": 0.3, "beta": 0, "sequences": [
              {"logprobs": [-0.5], "old_logprobs": [-0.9], "advantage": 1}, {"logprobs": [-1.5], "old_logprobs": [-0.9], "advantage": -1}]}
            """);
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Load JSON" }).ClickAsync();
        await page.SettledAsync();
        var ratios = await page.NumbersAsync("ratio", "#terms");
        Assert.Equal([Math.Round(Math.Exp(0.4), 6), Math.Round(Math.Exp(-0.6), 6)], ratios.Select(value => Math.Round(value, 6)));
        await Assertions.Expect(page.Browser.GetByLabel("Clip range below, ε low, as a number")).ToHaveValueAsync("0.3");
    }

    [BrowserFact]
    public async Task An_answer_of_rollouts_can_be_loaded()
    {
        using var body = new StringContent("""
            {"prompts": [{"messages": [{"role": "user", "content": "What is 7 * 8?"}], "reference": {"answer": "56"}}], "group_size": 3,
             "sampling": {"seed": 4, "max_tokens": 64}, "rewards": [{"name": "accuracy"}]}
            """, System.Text.Encoding.UTF8, "application/json");
        using var response = await explorer.Server.Client.PostAsync(new Uri("/v1/rollouts", UriKind.Relative), body);
        await using var page = await explorer.OpenAsync();
        await page.Browser.Locator("#load-json").FillAsync(await response.Content.ReadAsStringAsync());
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Load JSON" }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#sharing [role=status]")).ToContainTextAsync("Loaded 3 completions");
        await Assertions.Expect(page.Browser.Locator(".completion")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Browser.Locator(".completion .tokens").First).ToContainTextAsync("<think>");
    }

    [BrowserFact]
    public async Task Sequences_of_tokens_are_shown_token_by_token()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.Locator("#load-json").FillAsync("""
            {"loss_type": "grpo", "sequences": [
              {"logprobs": [-0.9, -1.8], "old_logprobs": [-1.2, -1.9], "advantage": 1}, {"logprobs": [-1.5], "old_logprobs": [-0.9], "advantage": -1}]}
            """);
        await page.Browser.GetByRole(AriaRole.Button, new() { Name = "Load JSON" }).ClickAsync();
        await Assertions.Expect(page.Browser.Locator("#token-table table[data-source=service] tbody tr")).ToHaveCountAsync(2);
        var ratios = await page.NumbersAsync("token-ratio");
        Assert.Equal(Math.Exp(0.3), ratios[0], 9);
        var advantages = await page.NumbersAsync("completion-advantage");
        Assert.Equal([1.0, -1.0], advantages);
    }

    private static async Task<string> RunAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
