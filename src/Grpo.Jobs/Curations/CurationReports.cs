using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Curations;

/// <summary>What a curation kept, and what it left out and why.</summary>
public sealed record CurationReport
{
    /// <summary>The version of this form.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The curation.</summary>
    public required string Id { get; init; }

    /// <summary>The caller's name for it.</summary>
    public string? Name { get; init; }

    /// <summary>The policy as the request names it.</summary>
    public required string Policy { get; init; }

    /// <summary>Samples by the version of the weights that drew them.</summary>
    public required IReadOnlyDictionary<string, long> PolicyVersions { get; init; }

    /// <summary>The dataset.</summary>
    public required ReportDataset Dataset { get; init; }

    /// <summary>The settings of the samples.</summary>
    public required JobConditions Conditions { get; init; }

    /// <summary>The seed of the draws.</summary>
    public required long Seed { get; init; }

    /// <summary>Samples drawn, P x G.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples kept.</summary>
    public required long Kept { get; init; }

    /// <summary>Lines of the result: kept samples, or preference pairs.</summary>
    public required long Rows { get; init; }

    /// <summary>Prompts with a kept sample.</summary>
    public required long PromptsKept { get; init; }

    /// <summary>Samples left out, by reason; with <c>kept</c> they add up to <c>samples</c>.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }

    /// <summary>What a reader should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>When the first sample was begun.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the report was made.</summary>
    public required DateTimeOffset FinishedAt { get; init; }
}

/// <summary>Makes the result of a curation and its report. Both follow from the stored samples alone, so they can be made again at any time.</summary>
public static class CurationReports
{
    /// <summary>The report as JSON.</summary>
    internal static async Task<string> MakeAsync(IJobStore store, Job job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var spec = JobJson.Read<JobSpec>(job.Spec);
        var (kept, rows, prompts) = (0L, 0L, 0L);
        var dropped = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var versions = new SortedDictionary<int, long>();
        await foreach (var (group, selection, lines) in SelectAsync(store, job, spec, cancellationToken))
        {
            kept += selection.Kept.Count;
            prompts += selection.Kept.Count > 0 ? 1 : 0;
            rows += lines.Count;
            foreach (var (_, reason) in selection.Drops) dropped[reason] = dropped.GetValueOrDefault(reason) + 1;
            foreach (var sample in group.Where(sample => sample.Error is null)) versions[sample.PolicyVersion] = versions.GetValueOrDefault(sample.PolicyVersion) + 1;
        }

        return JobJson.Write(new CurationReport
        {
            SchemaVersion = EvaluationReport.CurrentSchemaVersion,
            Id = job.Id,
            Name = job.Name,
            Policy = spec.Policy,
            PolicyVersions = versions.ToDictionary(version => version.Key.ToString(), version => version.Value),
            Dataset = new ReportDataset(spec.DatasetLabel, spec.Conditions.DatasetHash, job.Prompts),
            Conditions = spec.Conditions,
            Seed = spec.Seed,
            Samples = job.Total,
            Kept = kept,
            Rows = rows,
            PromptsKept = prompts,
            Dropped = dropped,
            Warnings = versions.Count > 1 ? ["The policy's weights changed while the curation ran; policy_versions has the samples of each."] : [],
            StartedAt = job.StartedAt,
            FinishedAt = now,
        });
    }

    /// <summary>The result, one JSON object per line, of the samples that are there.</summary>
    public static async IAsyncEnumerable<string> ReadLinesAsync(IJobStore store, Job job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (_, _, lines) in SelectAsync(store, job, JobJson.Read<JobSpec>(job.Spec), cancellationToken))
        {
            foreach (var line in lines) yield return line.ToJsonString(JobJson.Options);
        }
    }

    /// <summary>A report as Markdown.</summary>
    public static string Markdown(CurationReport report)
    {
        var text = new StringBuilder();
        text.Append($"## {MarkdownReport.Cell(report.Name ?? report.Dataset.Source)}: {report.Rows} rows\n\n");
        text.Append($"Policy {MarkdownReport.Cell(report.Policy)}, dataset {MarkdownReport.Cell(report.Dataset.Source)} ({report.Dataset.Rows} rows), seed {report.Seed}. {report.Kept} of {report.Samples} samples kept, from {report.PromptsKept} prompts.\n\n");
        text.Append("| left out because of | samples |\n|---|---:|\n");
        foreach (var (reason, count) in report.Dropped) text.Append($"| {reason} | {count} |\n");
        foreach (var warning in report.Warnings) text.Append($"\n> {warning}\n");
        return text.ToString();
    }

    private static async IAsyncEnumerable<(IReadOnlyList<SampleResult> Group, Selection Selection, IReadOnlyList<JsonObject> Lines)> SelectAsync(
        IJobStore store, Job job, JobSpec spec, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = spec.Curation!;
        var curator = new Curator(request.Keep);
        var prompts = new RowPrompts(spec.Conditions.Prompt, spec.Conditions.Reference);
        var rows = new RowWindow(store, job);
        await foreach (var group in StoredGroups.ReadAsync(store, job, cancellationToken))
        {
            var prompt = prompts.Of(JsonElement.Parse(await rows.AtAsync(group[0].PromptIndex, cancellationToken)));
            var language = prompt.Reference is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty("language", out var tag) && tag.ValueKind == JsonValueKind.String ? tag.GetString() : null;
            var selection = curator.Choose(group, language);
            yield return (group, selection, CurationLines.Of(request.Output, prompt, group, selection));
        }
    }

    /// <summary>Reads rows in order, some ahead.</summary>
    private sealed class RowWindow(IJobStore store, Job job)
    {
        private const int Ahead = 500;
        private IReadOnlyList<string> _rows = [];
        private int _first;

        public async Task<string> AtAsync(int index, CancellationToken cancellationToken)
        {
            if (index < _first || index >= _first + _rows.Count) (_first, _rows) = (index, await store.ReadRowsAsync(job.DatasetId, index, Ahead, cancellationToken));
            return _rows[index - _first];
        }
    }
}
