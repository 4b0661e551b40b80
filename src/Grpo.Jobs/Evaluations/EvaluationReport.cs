using Grpo.Evaluation;
using Grpo.Jobs.Reports;

namespace Grpo.Jobs.Evaluations;

/// <summary>The result of an evaluation, and the file that baselines are kept in.</summary>
public sealed record EvaluationReport : JobReport
{
    /// <summary>Samples by outcome.</summary>
    public required ReportCounts Counts { get; init; }

    /// <summary>The metrics, by name.</summary>
    public required IReadOnlyDictionary<string, MetricEstimate> Metrics { get; init; }

    /// <summary>How the metrics changed from the baseline; empty without one.</summary>
    public IReadOnlyDictionary<string, PairedComparison> Changes { get; init; } = new Dictionary<string, PairedComparison>();

    /// <summary>The conditions and what became of them.</summary>
    public required IReadOnlyList<GateResult> Gates { get; init; }

    /// <summary>Whether all gates passed and no more samples failed than may.</summary>
    public required bool Passed { get; init; }

    /// <summary>Whether more samples failed than may: then the numbers say little, whatever the gates say.</summary>
    public required bool TooManyErrors { get; init; }

    /// <summary>The prompts with the lowest share of correct samples, at most ten.</summary>
    public required IReadOnlyList<ReportPrompt> Worst { get; init; }

    /// <summary>The value of each metric at each prompt, shape (P); null where undefined.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double?>> PerPrompt { get; init; } = new Dictionary<string, IReadOnlyList<double?>>();
}

/// <summary>Samples by outcome.</summary>
/// <param name="Total">All samples, P x G.</param>
/// <param name="Scored">Those that the first reward judged.</param>
/// <param name="Unscored">Those that it could not judge.</param>
/// <param name="Errored">Those that could not be drawn.</param>
public sealed record ReportCounts(long Total, long Scored, long Unscored, long Errored);

/// <summary>The part of a report that is shown with the evaluation.</summary>
/// <param name="Metrics">The metrics, by name.</param>
/// <param name="Gates">The conditions and what became of them.</param>
/// <param name="Passed">Whether all gates passed and no more samples failed than may.</param>
/// <param name="Warnings">What a reader should know.</param>
public sealed record EvaluationSummary(IReadOnlyDictionary<string, MetricEstimate> Metrics, IReadOnlyList<GateResult> Gates, bool Passed, IReadOnlyList<string> Warnings);

/// <summary>One prompt of a report.</summary>
/// <param name="PromptIndex">Row of the dataset, from 0.</param>
/// <param name="Prompt">The prompt, its beginning.</param>
/// <param name="Samples">Judged samples.</param>
/// <param name="Correct">Correct ones.</param>
public sealed record ReportPrompt(int PromptIndex, string Prompt, int Samples, int Correct);

/// <summary>What became of a gate.</summary>
public sealed record GateResult
{
    /// <summary>The metric.</summary>
    public required string Metric { get; init; }

    /// <summary>Whether it passed.</summary>
    public required bool Passed { get; init; }

    /// <summary>passed, failed, or inconclusive: a regression that is possible but not certain, which passes.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Message { get; init; }
}
