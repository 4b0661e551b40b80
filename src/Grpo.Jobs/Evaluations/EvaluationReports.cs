using Grpo.Evaluation;
using Grpo.Jobs.Reports;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Evaluations;

/// <summary>Makes the report of an evaluation whose samples are all there, reading them a few prompts at a time.</summary>
internal static class EvaluationReports
{
    private const int WorstPrompts = 10;
    private const int PromptCharacters = 400;
    private const double Level = 0.95;

    /// <summary>The report.</summary>
    public static async Task<JobOutcome> MakeAsync(IJobStore store, Job job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var spec = JobJson.Read<JobSpec>(job.Spec);
        var request = spec.Evaluation!;
        List<EvaluationMetric> metrics = [.. spec.Metrics.Select(name => EvaluationMetric.TryParse(name, out var metric) ? metric : throw new InvalidOperationException(name))];
        var tally = new EvaluationTally(metrics, [.. request.Rewards.Select(reward => reward.Name)], (int)(spec.Seed & int.MaxValue), Level);
        var votes = metrics.Exists(metric => metric.Kind == EvaluationMetricKind.MajAtK);
        var versions = new PolicyVersions();
        var worst = new PriorityQueue<ReportPrompt, double>();
        var (scored, unscored, errored) = (0L, 0L, 0L);
        await foreach (var group in StoredGroups.ReadAsync(store, job, cancellationToken))
        {
            List<SampleResult> drawn = [.. group.Where(sample => sample.Error is null)];
            errored += group.Count - drawn.Count;
            int?[] classes = votes ? AnswerClasses.Of([.. drawn.Select(sample => AnswerEquivalence.Of(sample.Completion))], AnswerEquivalence.Same) : new int?[drawn.Count];
            List<JudgedSample> judged = [.. drawn.Select((sample, index) => Judge(sample, request, classes[index]))];
            tally.Add(judged);
            versions.Add(drawn);
            var known = judged.Count(sample => sample.Correct is not null);
            (scored, unscored) = (scored + known, unscored + judged.Count - known);
            if (known > 0) KeepWorst(worst, group, known, judged.Count(sample => sample.Correct == true));
        }

        var estimates = tally.Estimates();
        var perPrompt = tally.PerPrompt();
        var changes = await store.ReadBaselineAsync(job.Id, cancellationToken) is { } baseline ? Comparisons.Of(JobJson.Read<EvaluationReport>(baseline), estimates, perPrompt, Level) : new Dictionary<string, PairedComparison>();
        List<GateResult> gates = [.. request.Gates.Select(gate => Gates.Decide(gate, estimates, changes))];
        var tooManyErrors = errored > request.MaxErrorRate * job.Total;
        var report = new EvaluationReport
        {
            SchemaVersion = JobReport.CurrentSchemaVersion,
            Id = job.Id,
            Name = job.Name,
            Commit = request.Commit,
            Policy = spec.Policy,
            Engine = spec.Engine,
            PolicyVersions = versions.Counts,
            Dataset = new ReportDataset(spec.DatasetLabel, spec.Conditions.DatasetHash, job.Prompts),
            Conditions = spec.Conditions,
            Seed = spec.Seed,
            Counts = new ReportCounts(job.Total, scored, unscored, errored),
            Metrics = estimates,
            Changes = changes,
            Gates = gates,
            Passed = gates.TrueForAll(gate => gate.Passed) && !tooManyErrors,
            TooManyErrors = tooManyErrors,
            Warnings = [.. versions.Warnings, .. Warnings(estimates, job, errored, unscored)],
            Worst = [.. worst.UnorderedItems.OrderByDescending(item => item.Priority).ThenBy(item => item.Element.PromptIndex).Select(item => item.Element)],
            StartedAt = job.StartedAt,
            FinishedAt = now,
            PerPrompt = perPrompt,
        };
        return JobOutcome.Succeeded(JobJson.Write(report), JobJson.Write(new EvaluationSummary(estimates, gates, report.Passed, report.Warnings)));
    }

    private static JudgedSample Judge(SampleResult sample, EvaluationRequest request, int? answerClass)
    {
        var scores = SampleScores.Read(sample.Scores, request.Rewards.Count);
        return new JudgedSample
        {
            Reward = sample.Reward,
            Correct = scores[0].Score is { } score ? score >= request.CorrectThreshold : null,
            AnswerClass = answerClass,
            Scores = [.. scores.Select(entry => entry.Score)],
        };
    }

    // The queue gives the best of the worst first, which makes room for a worse one.
    private static void KeepWorst(PriorityQueue<ReportPrompt, double> worst, IReadOnlyList<SampleResult> group, int judged, int correct)
    {
        if (correct == judged) return;
        var text = group[0].Prompt ?? "";
        worst.Enqueue(new ReportPrompt(group[0].PromptIndex, text.Length <= PromptCharacters ? text : text[..PromptCharacters] + "…", judged, correct), -(double)correct / judged);
        if (worst.Count > WorstPrompts) worst.Dequeue();
    }

    private static IEnumerable<string> Warnings(IReadOnlyDictionary<string, MetricEstimate> metrics, Job job, long errored, long unscored)
    {
        if (errored > 0) yield return $"{errored} of {job.Total} samples could not be drawn and are in no metric.";
        if (unscored > 0) yield return $"{unscored} samples could not be judged by the first reward and are in no pass@k, pass^k or maj@k.";
        foreach (var (name, metric) in metrics.Where(metric => metric.Value.Value is null)) yield return $"{name} is undefined: no prompt has enough judged samples.";
        if (job.Prompts < 100) yield return $"{job.Prompts} prompts say little: at a true value of 0.7 the 95 % interval is about 0.09 wide to each side with 100 prompts, 0.04 with 500.";
    }
}
