using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Oracle;

/// <summary>Hugging Face's own JavaScript implementations, run by Node.js (tests/oracle).</summary>
internal static class NpmOracle
{
    private static readonly string Folder = Path.Combine(TestData.RepositoryRoot(), "tests", "oracle");
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Why there is no oracle; null when there is one.</summary>
    public static string? MissingReason =>
        Directory.Exists(Path.Combine(Folder, "node_modules", "@huggingface")) ? null : "needs the packages of tests/oracle: npm ci --prefix tests/oracle";

    /// <summary>Asks any number of questions.</summary>
    /// <returns>The answers in the order of the questions.</returns>
    public static async Task<IReadOnlyList<JsonNode>> AskAsync(IEnumerable<JsonObject> questions)
    {
        var start = new ProcessStartInfo("node", "oracle.mjs")
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            Environment = { ["ORACLE_NOW"] = ChatTemplates.Rendering.Clock.GetUtcNow().ToString("O"), ["TZ"] = "UTC" },
        };
        using var node = Process.Start(start)!;
        var asked = 0;
        var writing = Task.Run(async () =>
        {
            // Only ASCII goes through the pipe, so that no line separator of Unicode ends a line.
            foreach (var question in questions)
            {
                await node.StandardInput.WriteAsync(question.ToJsonString(Json) + "\n");
                asked++;
            }

            node.StandardInput.Close();
        });
        var answers = new List<JsonNode>();
        while (await node.StandardOutput.ReadLineAsync() is { } line) answers.Add(JsonNode.Parse(line)!);
        await writing;
        Assert.Equal(asked, answers.Count);
        return answers;
    }
}

/// <summary>A fact that asks the oracle: skipped, with the reason, where its packages are not installed.</summary>
internal sealed class OracleFactAttribute : FactAttribute
{
    public OracleFactAttribute(string? dataFile = null) => Skip = NpmOracle.MissingReason ?? (dataFile is null ? null : TestData.MissingReason(dataFile));
}

/// <summary>A theory that asks the oracle.</summary>
internal sealed class OracleTheoryAttribute : TheoryAttribute
{
    public OracleTheoryAttribute(string? dataFile = null) => Skip = NpmOracle.MissingReason ?? (dataFile is null ? null : TestData.MissingReason(dataFile));
}
