using System.Globalization;
using System.Text;
using Grpo.Testing;
using Microsoft.Playwright;

namespace GrpoApi.Explorer.Tests;

/// <summary>What the page looks like, and how fast it follows.</summary>
[Collection(ExplorerTestGroup.Name)]
public sealed class PictureTests(ExplorerFixture explorer)
{
    /// <summary>Draws docs/images/explorer.png anew with UPDATE_SNAPSHOTS=1; always checks that the picture shows something.</summary>
    [BrowserFact]
    public async Task The_picture_of_the_README_is_this_page()
    {
        await using var page = await explorer.OpenAsync("", 1280, 1000);
        await page.SentenceAfterAsync(() => page.Browser.GetByLabel("Reward of o5", new() { Exact = true }).FillAsync("0.8"));
        await page.SettledAsync();
        await Assertions.Expect(page.Browser.Locator("#worked")).ToContainTextAsync("stops learning");
        await page.Browser.EvaluateAsync("document.querySelector('#terms').scrollIntoView()");
        var picture = await page.Browser.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled });
        Assert.True(picture.Length > 30_000);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllBytesAsync(Path.Combine(TestData.RepositoryRoot(), "docs", "images", "explorer.png"), picture);
        }
    }

    /// <summary>Drags the clip range over a group of 64 and counts frames. BENCH_RESULTS names the file that bench/run writes.</summary>
    [BrowserFact]
    public async Task A_drag_over_a_group_of_64_is_drawn_frame_by_frame()
    {
        await using var page = await explorer.OpenAsync();
        await page.Browser.GetByLabel("Group size G", new() { Exact = true }).FillAsync("64");
        await page.SettledAsync();
        var figures = await page.Browser.EvaluateAsync<double[]>("""
            async () => {
              const slider = document.querySelector('#field-clip-range-below-low');
              const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
              const frame = () => new Promise(requestAnimationFrame);
              const drag = async (index, values) => {
                const gaps = [], works = [];
                let last = await frame();
                for (const value of values) {
                  const started = performance.now();
                  setter.call(index, String(value));
                  index.dispatchEvent(new Event('input', { bubbles: true }));
                  const now = await frame();
                  await new Promise(resolve => setTimeout(resolve));
                  works.push(performance.now() - now);
                  gaps.push(now - last);
                  last = now;
                }
                return [gaps, works].map(list => list.sort((a, b) => a - b));
              };
              const epsilons = Array.from({ length: 240 }, (_, i) => (0.05 + 0.45 * Math.abs(Math.sin(i / 20))).toFixed(2));
              const [gaps, works] = await drag(slider, epsilons);
              const row = document.querySelector('#given tbody tr input[type=range]');
              const [rowGaps, rowWorks] = await drag(row, Array.from({ length: 240 }, (_, i) => (0.005 + 0.03 * Math.abs(Math.sin(i / 20))).toFixed(3)));
              document.querySelector('#curves').scrollIntoView();
              await new Promise(resolve => setTimeout(resolve, 300));
              const [chartGaps, chartWorks] = await drag(slider, epsilons);
              const at = (list, share) => list[Math.floor(share * (list.length - 1))];
              return [at(gaps, 0.5), at(gaps, 0.95), at(works, 0.5), at(works, 0.95), at(rowGaps, 0.5), at(rowGaps, 0.95), at(rowWorks, 0.5), at(rowWorks, 0.95), at(chartGaps, 0.5), at(chartGaps, 0.95), at(chartWorks, 0.5), at(chartWorks, 0.95)];
            }
            """);
        Assert.All(figures, figure => Assert.True(figure > 0));
        var bytes = await BytesAsync();
        if (Environment.GetEnvironmentVariable("BENCH_RESULTS") is { Length: > 0 } file) await File.WriteAllTextAsync(file, Report(figures, bytes, page.Browser.Context.Browser!.Version));
    }

    private async Task<(int Bytes, int Files)> BytesAsync()
    {
        await using var page = await explorer.OpenAsync();
        var entries = await page.Browser.EvaluateAsync<int[]>("[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource').filter(entry => entry.name.includes('/explorer'))].map(entry => entry.transferSize)");
        return (entries.Sum(), entries.Length);
    }

    private static string Report(double[] figures, (int Bytes, int Files) transfer, string browser)
    {
        var report = new StringBuilder();
        report.AppendLine("# The explorer in a browser").AppendLine();
        report.AppendLine("Made by `bench/run explorer`. A slider is moved 240 times, once a frame, over a group of 64 outputs. The preview (`grpo.js`), the three tables and the charts");
        report.AppendLine("in view follow in the same frame. Frame interval: from one frame to the next, 16.7 ms at 60 frames a second. Work: from the start of a frame until the page");
        report.AppendLine("is idle, drawing included.").AppendLine();
        report.AppendLine(CultureInfo.InvariantCulture, $"Chromium {browser}, headless, {Environment.ProcessorCount} cores.").AppendLine();
        report.AppendLine("| dragged | frame interval, median | 95th percentile | work, median | 95th percentile |").AppendLine("|---|---|---|---|---|");
        report.AppendLine(CultureInfo.InvariantCulture, $"| ε low, tables in view | {figures[0]:F1} ms | {figures[1]:F1} ms | {figures[2]:F1} ms | {figures[3]:F1} ms |");
        report.AppendLine(CultureInfo.InvariantCulture, $"| the new probability of one output | {figures[4]:F1} ms | {figures[5]:F1} ms | {figures[6]:F1} ms | {figures[7]:F1} ms |");
        report.AppendLine(CultureInfo.InvariantCulture, $"| ε low, clip curves in view | {figures[8]:F1} ms | {figures[9]:F1} ms | {figures[10]:F1} ms | {figures[11]:F1} ms |").AppendLine();
        report.AppendLine(CultureInfo.InvariantCulture, $"Transferred until the page stands: {transfer.Bytes:N0} bytes in {transfer.Files} files, headers included, compressed.");
        return report.ToString();
    }
}
