using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>The page in a browser, which writes down what it complained about and whom it asked.</summary>
internal sealed class ExplorerPage : IAsyncDisposable
{
    private readonly Uri _address;
    private readonly List<string> _complaints = [];
    private readonly List<Uri> _requests = [];

    public ExplorerPage(IPage browserPage, Uri address)
    {
        (Browser, _address) = (browserPage, address);
        browserPage.SetDefaultTimeout(20_000);
        browserPage.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _complaints.Add($"{message.Type}: {message.Text}");
        };
        browserPage.PageError += (_, error) => _complaints.Add(error);
        browserPage.Request += (_, request) => _requests.Add(new Uri(request.Url));
    }

    public IPage Browser { get; }

    /// <summary>What the console said at the levels error and warning, and exceptions nobody caught.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Every address that was asked for.</summary>
    public IReadOnlyList<Uri> Requests => _requests;

    public async Task GotoAsync(string state)
    {
        await Browser.GotoAsync(_address + (state.Length > 0 ? "#" + state : ""));
        await SettledAsync();
    }

    /// <summary>Waits until the numbers on the page, in view or not, are the service's answer to all that was done before.</summary>
    public async Task SettledAsync()
    {
        // The page draws once per frame; until it has drawn, it says of itself what held before the last edit.
        await Browser.EvaluateAsync("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        await Assertions.Expect(Browser.Locator(".source")).ToHaveAttributeAsync("data-state", "service", new() { Timeout = 20_000 });
        await Assertions.Expect(Browser.Locator("[aria-busy=true]")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
    }

    /// <summary>The sentence about the last edit, once it has changed.</summary>
    public async Task<string> SentenceAfterAsync(Func<Task> edit)
    {
        var before = await Sentence.InnerTextAsync();
        await edit();
        await Assertions.Expect(Sentence).Not.ToHaveTextAsync(before);
        return await Sentence.InnerTextAsync();
    }

    public ILocator Sentence => Browser.Locator(".sentence");

    /// <summary>The numbers of one kind, at full precision, top to bottom.</summary>
    public async Task<double[]> NumbersAsync(string kind, string within = "body") =>
        [.. (await Browser.Locator($"{within} [data-number=\"{kind}\"]").EvaluateAllAsync<string[]>("cells => cells.map(cell => cell.dataset.value)")).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>The numbers of one kind as they are written on the page.</summary>
    public async Task<string[]> WrittenAsync(string kind, string within = "body") => [.. await Browser.Locator($"{within} [data-number=\"{kind}\"]").AllInnerTextsAsync()];

    /// <summary>Does something and returns the next answer of an operation.</summary>
    public async Task<JsonNode> AnswerAfterAsync(string path, Func<Task> action)
    {
        var response = await Browser.RunAndWaitForResponseAsync(action, response => new Uri(response.Url).AbsolutePath == path && response.Ok);
        return JsonNode.Parse(await response.TextAsync())!;
    }

    /// <summary>The state behind # once it contains a text.</summary>
    public async Task<string> AddressWithAsync(string text)
    {
        await Browser.WaitForFunctionAsync("text => location.hash.includes(text)", text);
        return new Uri(Browser.Url).Fragment;
    }

    public async ValueTask DisposeAsync() => await Browser.Context.DisposeAsync();
}
