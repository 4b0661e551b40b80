using System.CommandLine;
using System.Text.Json;
using Grpo.Jobs;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;

namespace Grpo.Cli;

/// <summary><c>grpo compare A B</c>: what changed between two evaluations of the same prompts.</summary>
internal static class CompareCommand
{
    private const double Level = 0.95;

    public static Command Create()
    {
        var before = new Argument<FileInfo>("A") { Description = "The JSON report of the earlier evaluation." };
        var after = new Argument<FileInfo>("B") { Description = "The JSON report of the later one." };
        var regression = new Option<string[]>("--max-regression") { Description = "METRIC=NUMBER: fails when the metric is certainly worse by more; may be repeated." };
        var command = new Command("compare", "Compare two evaluations prompt by prompt.") { before, after, regression };
        command.SetAction((parsed, cancellationToken) => ExitCodes.RunAsync(async () =>
        {
            var (old, current) = (await ReadAsync(parsed.GetValue(before)!, cancellationToken), await ReadAsync(parsed.GetValue(after)!, cancellationToken));
            if (current.Conditions.DifferencesFrom(old.Conditions) is { Count: > 0 } differences) throw new UsageException($"They cannot be compared: {string.Join(", ", differences)} {(differences.Count == 1 ? "differs" : "differ")}.");
            var changes = Comparisons.Of(old, current.Metrics, current.PerPrompt, Level);
            Tables.Metrics(current with { Changes = changes });
            List<GateResult> gates = [.. (parsed.GetValue(regression) ?? []).Select(text => SharedOptions.Bound(text, regression.Name)).Select(bound => Gates.Decide(new Gate { Metric = bound.Metric, MaxRegression = bound.Bound }, current.Metrics, changes))];
            foreach (var gate in gates) Console.WriteLine($"{gate.Outcome}: {gate.Message}");
            var failed = gates.Count(gate => !gate.Passed);
            Console.WriteLine(failed == 0 ? $"PASSED: {gates.Count} of {gates.Count} gates" : $"FAILED: {failed} of {gates.Count} gates");
            return failed == 0 ? ExitCodes.Passed : ExitCodes.Failed;
        }));
        return command;
    }

    private static async Task<EvaluationReport> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists) throw new UsageException($"There is no file {file}.");
        try
        {
            return JobJson.Read<EvaluationReport>(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }
        catch (JsonException)
        {
            throw new UsageException($"{file} is not the JSON report of an evaluation.");
        }
    }
}
