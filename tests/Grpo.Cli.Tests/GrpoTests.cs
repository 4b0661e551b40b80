using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Grpo.Testing;
using GrpoApi.Tests;

namespace Grpo.Cli.Tests;

/// <summary>The tool as a CI job runs it: built, as a process, with the built-in policy.</summary>
public sealed partial class GrpoTests : IDisposable
{
    private const string Eval = "grpo eval --dataset docs/examples/sums.jsonl --policy models/tiny-r1 --samples 2 --seed 7 --max-tokens 96";
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task A_gate_that_passes_ends_with_0_and_writes_every_file()
    {
        var (code, output, error) = await _shell.RunAsync($"{Eval} --min pass@1=0.01 --junit out.xml --summary sum.md --output out.json --results samples.jsonl");
        Assert.True(code == 0, error);
        Assert.Equal("PASSED: 1 of 1 gates", output[^1]);
        Assert.Contains("200 of 200 samples", error, StringComparison.Ordinal);
        Assert.Empty(XDocument.Parse(_shell["out.xml"]).Descendants("failure"));
        Assert.Contains("| pass@1 |", _shell["sum.md"], StringComparison.Ordinal);
        Assert.Equal(1, (int)JsonNode.Parse(_shell["out.json"])!["schema_version"]!);
        Assert.Equal(200, _shell["samples.jsonl"].TrimEnd('\n').Split('\n').Length);

        var (again, _, _) = await _shell.RunAsync($"{Eval} --results again.jsonl");
        Assert.Equal(0, again);
        Assert.Equal(_shell["samples.jsonl"], _shell["again.jsonl"]);
    }

    [Fact]
    public async Task A_gate_that_fails_ends_with_1_and_says_so_last()
    {
        var (code, output, _) = await _shell.RunAsync($"{Eval} --min pass@1=0.99 --max mean_reward=1 --junit out.xml");
        Assert.Equal(1, code);
        Assert.Equal("FAILED: 1 of 2 gates", output[^1]);
        Assert.Contains("pass@1", (string)Assert.Single(XDocument.Parse(_shell["out.xml"]).Descendants("failure")).Attribute("message")!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grpo eval", "--dataset")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl", "--server URL, or --policy FOLDER")]
    [InlineData("grpo eval --dataset nowhere.jsonl --policy models/tiny-r1", "nowhere.jsonl")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl --policy nowhere", "nowhere")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl --policy models/tiny-r1 --min pass@1", "METRIC=NUMBER")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl --policy models/tiny-r1 --min speed=1", "speed")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl --policy models/tiny-r1 --temperature -1", "--temperature")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl --policy models/tiny-r1 --prompt-field nothing", "nothing")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl --policy models/tiny-r1 --reward nobody", "nobody")]
    [InlineData("grpo eval --dataset docs/examples/sums.jsonl --policy models/tiny-r1 --max-regression pass@1=0.1", "--baseline")]
    [InlineData("printf '{\"question\":\"q\"}\\n{\"question\":\\n' > bad.jsonl; grpo eval --dataset bad.jsonl --policy models/tiny-r1 --reward format", "Line 2")]
    [InlineData("grpo compare nowhere.json nowhere.json", "nowhere.json")]
    [InlineData("grpo fly", "fly")]
    public async Task Wrong_usage_ends_with_2_and_says_what(string command, string what)
    {
        var (code, _, error) = await _shell.RunAsync(command);
        Assert.True(code == 2, error);
        Assert.Contains(what, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_ends_with_3()
    {
        var (unreachable, _, error) = await _shell.RunAsync("grpo eval --dataset docs/examples/sums.jsonl --server http://127.0.0.1:1");
        Assert.True(unreachable == 3, error);
        var (_, _, _) = await _shell.RunAsync("mkdir empty; true");
        var (model, _, unloadable) = await _shell.RunAsync("grpo eval --dataset docs/examples/sums.jsonl --policy empty");
        Assert.True(model == 3, unloadable);
        var (errors, output, _) = await _shell.RunAsync("python3 - <<'P' > long.jsonl || true\nimport json\nprint(json.dumps({'question': 'x ' * 5000, 'answer': '1'}))\nprint(json.dumps({'question': '1 + 1', 'answer': '2'}))\nP\ngrpo eval --dataset long.jsonl --policy models/tiny-r1 --max-tokens 8");
        Assert.True(errors == 3, string.Join('\n', output));
        Assert.StartsWith("BROKEN: 1 of 2", output[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_does_the_same_work()
    {
        await using var server = await RunningServer.StartAsync();
        await server.Client.UntilReadyAsync();
        var remote = Eval.Replace("--policy models/tiny-r1", $"--server {server.Client.BaseAddress}", StringComparison.Ordinal);
        var (code, output, error) = await _shell.RunAsync($"{remote} --min pass@1=0.01 --results remote.jsonl --output remote.json");
        Assert.True(code == 0, error);
        Assert.Equal("PASSED: 1 of 1 gates", output[^1]);
        await _shell.RunAsync($"{Eval} --results local.jsonl --output local.json");
        Assert.Equal(_shell["local.jsonl"].Replace("\"policy\":\"policy\"", "", StringComparison.Ordinal), _shell["remote.jsonl"].Replace("\"policy\":\"tiny-r1\"", "", StringComparison.Ordinal));
        var (compared, comparison, _) = await _shell.RunAsync("grpo compare local.json remote.json --max-regression pass@1=0.001");
        Assert.Equal((0, "PASSED: 1 of 1 gates"), (compared, comparison[^1]));
        var (refused, _, why) = await _shell.RunAsync($"{remote} --reward nobody");
        Assert.True(refused == 2, why);
        Assert.Contains("rewards[0].name", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_of_different_evaluations_are_not_compared()
    {
        await _shell.RunAsync($"{Eval} --output a.json; {Eval} --temperature 0.5 --output b.json");
        var (code, _, error) = await _shell.RunAsync("grpo compare a.json b.json");
        Assert.Equal(2, code);
        Assert.Contains("sampling differs", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_of_the_ci_document_runs_as_shown()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot(), "docs", "ci.md"));
        List<string> scripts = [.. Bash().Matches(document).Select(block => block.Groups["script"].Value)];
        var github = Yaml().Matches(document).Select(block => block.Groups["yaml"].Value).ToList();
        Assert.Equal((3, 2), (scripts.Count, github.Count));

        // The gates of the two CI systems: the block after "run: |", and the list under "script:".
        scripts.Add(string.Join('\n', github[0].Split("- name: Gate\n")[1].Split("run: |\n")[1].Split("\n").TakeWhile(line => line.StartsWith("          ", StringComparison.Ordinal))));
        scripts.Add(github[1].Split("script:\n")[2].Split("\n")[0].Trim()[2..]);
        foreach (var script in scripts)
        {
            Assert.Contains("grpo ", script, StringComparison.Ordinal);
            var (code, output, error) = await _shell.RunAsync(script);
            Assert.True(code == 0, $"{script}\n{string.Join('\n', output)}\n{error}");
        }

        Assert.StartsWith("## ", _shell["github-summary.md"], StringComparison.Ordinal);
        Assert.NotEmpty(XDocument.Parse(_shell["eval.xml"]).Descendants("testcase"));
        Assert.All(_shell["sft.jsonl"].TrimEnd('\n').Split('\n'), line => Assert.Equal("assistant", (string)JsonNode.Parse(line)!["messages"]![1]!["role"]!));
    }

    [GeneratedRegex("^```bash\\n(?<script>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bash();

    [GeneratedRegex("^```yaml\\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Yaml();
}
