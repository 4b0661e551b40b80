using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Reports;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Curations;

/// <summary>Makes the result of a curation and its report. Both follow from the stored samples alone, so they can be made again at any time.</summary>
public static class CurationReports
{
    /// <summary>The report.</summary>
    internal static async Task<JobOutcome> MakeAsync(IJobStore store, Job job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var spec = JobJson.Read<JobSpec>(job.Spec);
        var (kept, rows, prompts) = (0L, 0L, 0L);
        var dropped = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var versions = new PolicyVersions();
        await foreach (var (group, selection, lines) in SelectAsync(store, job, spec, cancellationToken))
        {
            kept += selection.Kept.Count;
            prompts += selection.Kept.Count > 0 ? 1 : 0;
            rows += lines.Count;
            foreach (var (_, reason) in selection.Drops) dropped[reason] = dropped.GetValueOrDefault(reason) + 1;
            versions.Add(group.Where(sample => sample.Error is null));
        }

        var report = new CurationReport
        {
            SchemaVersion = JobReport.CurrentSchemaVersion,
            Id = job.Id,
            Name = job.Name,
            Commit = spec.Request.Commit,
            Policy = spec.Policy,
            Engine = spec.Engine,
            PolicyVersions = versions.Counts,
            Dataset = new ReportDataset(spec.DatasetLabel, spec.Conditions.DatasetHash, job.Prompts),
            Conditions = spec.Conditions,
            Seed = spec.Seed,
            Samples = job.Total,
            Kept = kept,
            Rows = rows,
            PromptsKept = prompts,
            Dropped = dropped,
            Warnings = [.. versions.Warnings],
            StartedAt = job.StartedAt,
            FinishedAt = now,
        };
        return JobOutcome.Succeeded(JobJson.Write(report), JobJson.Write(new CurationSummary(kept, rows, dropped, report.Warnings)));
    }

    /// <summary>The result, one JSON object per line, of the samples that are there.</summary>
    public static async IAsyncEnumerable<string> ReadLinesAsync(IJobStore store, Job job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (_, _, lines) in SelectAsync(store, job, JobJson.Read<JobSpec>(job.Spec), cancellationToken))
        {
            foreach (var line in lines) yield return line.ToJsonString(JobJson.Options);
        }
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
}
