using System.CommandLine;
using System.Text.Json;
using Grpo.Jobs;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;

namespace Grpo.Cli;

/// <summary><c>grpo eval</c>: how good is a policy on a dataset, and is that good enough.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var shared = new SharedOptions();
        var metrics = new Option<string[]>("--metric") { Description = "pass@k, pass^k, maj@k or mean_reward; may be repeated." };
        var min = new Option<string[]>("--min") { Description = "METRIC=NUMBER: the gate fails below; may be repeated." };
        var max = new Option<string[]>("--max") { Description = "METRIC=NUMBER: the gate fails above." };
        var lower = new Option<string[]>("--min-lower-bound") { Description = "METRIC=NUMBER: the gate fails when the lower end of the 95 % interval is below." };
        var regression = new Option<string[]>("--max-regression") { Description = "METRIC=NUMBER: the gate fails when the metric is certainly worse than --baseline by more." };
        var baseline = new Option<FileInfo?>("--baseline") { Description = "The JSON report of an earlier evaluation (--output)." };
        var update = new Option<bool>("--update-baseline") { Description = "Writes this report to --baseline when everything passed." };
        var errors = new Option<double>("--max-error-rate") { Description = "The share of samples that may fail to be drawn.", DefaultValueFactory = _ => 0.0 };
        var output = new Option<FileInfo?>("--output") { Description = "The report as JSON." };
        var results = new Option<FileInfo?>("--results") { Description = "Every sample, one JSON object per line." };
        var junit = new Option<FileInfo?>("--junit") { Description = "The report as JUnit XML." };
        var command = new Command("eval", "Evaluate a policy on a dataset and decide gates.");
        shared.AddTo(command);
        foreach (var option in (Option[])[metrics, min, max, lower, regression, baseline, update, errors, output, results, junit]) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => ExitCodes.RunAsync(async () =>
        {
            var old = parsed.GetValue(baseline);
            if (parsed.GetValue(update) && old is null) throw new UsageException("--update-baseline needs --baseline FILE.");
            var regressions = Gates(parsed, regression, bound => new Gate { Metric = bound.Metric, MaxRegression = bound.Bound });
            if (regressions.Count > 0 && old is not { Exists: true } && !(parsed.GetValue(update) && old is not null)) throw new UsageException($"--max-regression needs --baseline FILE{(old is null ? "" : $"; there is no file {old}")}.");
            var request = shared.Apply(
                new EvaluationRequest
                {
                    Dataset = new DatasetSource(),
                    Rewards = [],
                    Metrics = parsed.GetValue(metrics) is { Length: > 0 } given ? given : null,
                    MaxErrorRate = parsed.GetValue(errors),
                    Baseline = old is { Exists: true } ? await ReadBaselineAsync(old, cancellationToken) : null,
                    Gates =
                    [
                        .. Gates(parsed, min, bound => new Gate { Metric = bound.Metric, Min = bound.Bound }),
                        .. Gates(parsed, max, bound => new Gate { Metric = bound.Metric, Max = bound.Bound }),
                        .. Gates(parsed, lower, bound => new Gate { Metric = bound.Metric, MinLowerBound = bound.Bound }),

                        // The first run of a gate on regressions makes the baseline.
                        .. old is { Exists: true } ? regressions : [],
                    ],
                },
                parsed);
            if (JobRules.Problems(request).ToList() is { Count: > 0 } problems) throw new JobRequestException(problems);
            await using var workplace = await shared.OpenAsync(parsed, cancellationToken);
            var json = await workplace.RunAsync(request, shared.Dataset(parsed), new Progress(), cancellationToken);
            var report = JobJson.Read<EvaluationReport>(json);
            if (parsed.GetValue(output) is { } file) await File.WriteAllTextAsync(file.FullName, json + "\n", cancellationToken);
            if (parsed.GetValue(junit) is { } xml) await File.WriteAllTextAsync(xml.FullName, EvaluationJunit.Write(report), cancellationToken);
            if (shared.Summary(parsed) is { } markdown) await File.AppendAllTextAsync(markdown.FullName, EvaluationMarkdown.Write(report), cancellationToken);
            if (parsed.GetValue(results) is { } samples) await Lines.WriteAsync(samples, workplace.ResultsAsync(cancellationToken), cancellationToken);
            if (parsed.GetValue(update) && report.Passed) await File.WriteAllTextAsync(old!.FullName, json + "\n", cancellationToken);
            return Verdict(report);
        }));
        return command;
    }

    private static List<Gate> Gates(ParseResult parsed, Option<string[]> option, Func<(string Metric, double Bound), Gate> make) =>
        [.. (parsed.GetValue(option) ?? []).Select(text => make(SharedOptions.Bound(text, option.Name)))];

    private static async Task<JsonElement> ReadBaselineAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return JsonElement.Parse(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }
        catch (JsonException)
        {
            throw new UsageException($"{file} is not the JSON report of an evaluation.");
        }
    }

    // One verdict, printed last.
    private static int Verdict(EvaluationReport report)
    {
        Tables.Metrics(report);
        Console.WriteLine($"seed {report.Seed}");
        foreach (var warning in report.Warnings) Console.WriteLine($"note: {warning}");
        foreach (var gate in report.Gates) Console.WriteLine($"{gate.Outcome}: {gate.Message}");
        if (report.TooManyErrors)
        {
            Console.WriteLine($"BROKEN: {report.Counts.Errored} of {report.Counts.Total} samples could not be drawn");
            return ExitCodes.Infrastructure;
        }

        var failed = report.Gates.Count(gate => !gate.Passed);
        Console.WriteLine(failed == 0 ? $"PASSED: {report.Gates.Count} of {report.Gates.Count} gates" : $"FAILED: {failed} of {report.Gates.Count} gates");
        return failed == 0 ? ExitCodes.Passed : ExitCodes.Failed;
    }
}
