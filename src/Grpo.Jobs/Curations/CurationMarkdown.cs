using System.Text;
using Grpo.Jobs.Reports;

namespace Grpo.Jobs.Curations;

/// <summary>The report of a curation as Markdown, for the summary of a CI job.</summary>
public static class CurationMarkdown
{
    /// <summary>Writes it.</summary>
    public static string Write(CurationReport report)
    {
        var text = new StringBuilder();
        text.Append($"## {MarkdownText.Cell(report.Name ?? report.Dataset.Source)}: {report.Rows} rows\n\n");
        text.Append($"Policy {MarkdownText.Cell(report.Policy)}, dataset {MarkdownText.Cell(report.Dataset.Source)} ({report.Dataset.Rows} rows), seed {report.Seed}. {report.Kept} of {report.Samples} samples kept, from {report.PromptsKept} prompts.\n\n");
        text.Append("| left out because of | samples |\n|---|---:|\n");
        foreach (var (reason, count) in report.Dropped) text.Append($"| {reason} | {count} |\n");
        foreach (var warning in report.Warnings) text.Append($"\n> {warning}\n");
        return text.ToString();
    }
}
