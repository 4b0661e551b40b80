using System.Text;
using Grpo.Jobs.Reports;

namespace Grpo.Jobs.Evaluations;

/// <summary>A report as Markdown, for the summary of a CI job.</summary>
public static class EvaluationMarkdown
{
    /// <summary>Writes it.</summary>
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder();
        text.Append($"## {MarkdownText.Cell(report.Name ?? report.Dataset.Source)}: {(report.Passed ? "passed" : "failed")}\n\n");
        text.Append($"Policy {MarkdownText.Cell(report.Policy)} (version {string.Join(", ", report.PolicyVersions.Keys)}), dataset {MarkdownText.Cell(report.Dataset.Source)} ({report.Dataset.Rows} rows), {report.Conditions.SamplesPerPrompt} samples per prompt, seed {report.Seed}{(report.Commit is { } commit ? $", commit {MarkdownText.Cell(commit)}" : "")}.\n\n");
        text.Append("| metric | value | 95 % interval | prompts | baseline | change | interval of the change |\n|---|---:|---|---:|---:|---:|---|\n");
        foreach (var (name, metric) in report.Metrics)
        {
            var change = report.Changes.GetValueOrDefault(name);
            text.Append($"| {MarkdownText.Cell(name)} | {Number(metric.Value)} | {Interval(metric.Ci?.Lower, metric.Ci?.Upper)} | {metric.N} | {Number(change?.Before)} | {Number(change?.Difference)} | {Interval(change?.Ci?.Lower, change?.Ci?.Upper)} |\n");
        }

        if (report.Gates.Count > 0)
        {
            text.Append("\n| gate | verdict | why |\n|---|---|---|\n");
            foreach (var gate in report.Gates) text.Append($"| {MarkdownText.Cell(gate.Metric)} | {gate.Outcome} | {MarkdownText.Cell(gate.Message)} |\n");
        }

        foreach (var warning in report.Warnings) text.Append($"\n> {MarkdownText.Cell(warning)}\n");
        if (report.Worst.Count > 0)
        {
            text.Append("\n<details><summary>Prompts with the fewest correct samples</summary>\n\n| row | correct | prompt |\n|---:|---:|---|\n");
            foreach (var prompt in report.Worst) text.Append($"| {prompt.PromptIndex} | {prompt.Correct} of {prompt.Samples} | {MarkdownText.Cell(prompt.Prompt)} |\n");
            text.Append("\n</details>\n");
        }

        return text.ToString();
    }

    private static string Number(double? value) => value?.ToString("0.####") ?? "";

    private static string Interval(double? lower, double? upper) => lower is null ? "" : $"{Number(lower)} to {Number(upper)}";
}
