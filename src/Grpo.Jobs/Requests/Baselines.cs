using System.Text.Json;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Reports;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Requests;

/// <summary>Reads what an evaluation is to be compared with, and refuses what cannot be compared.</summary>
internal static class Baselines
{
    private const string Field = "baseline";

    /// <summary>The report of the baseline as JSON, as much of it as the comparison needs.</summary>
    /// <param name="store">Where evaluations are.</param>
    /// <param name="baseline">The id of an evaluation, the evaluation, or its report.</param>
    /// <param name="conditions">Those of the new evaluation.</param>
    /// <param name="rows">Rows of its dataset, P.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    /// <exception cref="JobRequestException">There is no such report, or it differs in more than the weights; the message says in what.</exception>
    public static async Task<string> ReadAsync(IJobStore store, JsonElement baseline, JobConditions conditions, int rows, CancellationToken cancellationToken)
    {
        var report = Parse(IdOf(baseline) is { } id ? await ReportOfAsync(store, id, cancellationToken) : baseline.GetRawText());
        if (report.SchemaVersion != JobReport.CurrentSchemaVersion) throw new JobRequestException($"{Field}.schema_version", $"Must be {JobReport.CurrentSchemaVersion}, not {report.SchemaVersion}.");
        if (conditions.DifferencesFrom(report.Conditions) is { Count: > 0 } differences)
            throw new JobRequestException(Field, $"It cannot be compared: {string.Join(", ", differences)} {(differences.Count == 1 ? "differs" : "differ")} from this evaluation.");
        if (report.Metrics.FirstOrDefault(metric => metric.Value is null) is { Key: { } unmeasured }) throw new JobRequestException($"{Field}.metrics.{unmeasured}", "Must not be null.");
        if (report.PerPrompt.FirstOrDefault(metric => metric.Value is null || metric.Value.Count != rows) is { Key: { } uneven }) throw new JobRequestException($"{Field}.per_prompt.{uneven}", $"Must have one value for each of the {rows} rows.");
        return JobJson.Write(report with { Worst = [], Gates = [], Warnings = [], Changes = new Dictionary<string, Grpo.Evaluation.PairedComparison>() });
    }

    // An evaluation as GET answers it, without its report, stands for its id.
    private static string? IdOf(JsonElement baseline) => baseline switch
    {
        { ValueKind: JsonValueKind.String } => baseline.GetString(),
        _ when !baseline.TryGetProperty("conditions", out _) && baseline.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String => id.GetString(),
        _ => null,
    };

    private static async Task<string> ReportOfAsync(IJobStore store, string id, CancellationToken cancellationToken)
    {
        var job = await store.FindAsync(JobKind.Evaluation, id, cancellationToken) ?? throw new JobRequestException(Field, $"There is no evaluation '{id}'.");
        return await store.ReadReportAsync(job.Id, cancellationToken) ?? throw new JobRequestException(Field, $"The evaluation '{job.Id}' is {job.Status.ToString().ToLowerInvariant()}; a baseline has succeeded.");
    }

    private static EvaluationReport Parse(string json)
    {
        try
        {
            return JobJson.Read<EvaluationReport>(json);
        }
        catch (JsonException problem)
        {
            throw new JobRequestException(Field + (problem.Path is { Length: > 1 } path ? path[1..] : ""), "It is not what the JSON report of an evaluation has here.");
        }
    }
}
