using Grpo.Evaluation;

namespace Grpo.Jobs.Evaluations;

/// <summary>The result of an evaluation, and the file that baselines are kept in.</summary>
public sealed record EvaluationReport
{
    /// <summary>The version of this form.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>The version of this form.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The evaluation.</summary>
    public required string Id { get; init; }

    /// <summary>The caller's name for it.</summary>
    public string? Name { get; init; }

    /// <summary>The policy as the request names it.</summary>
    public required string Policy { get; init; }

    /// <summary>Samples by the version of the weights that drew them. More than one means that the weights were replaced in the middle.</summary>
    public required IReadOnlyDictionary<string, long> PolicyVersions { get; init; }

    /// <summary>The dataset.</summary>
    public required ReportDataset Dataset { get; init; }

    /// <summary>What must be the same for two evaluations to be compared.</summary>
    public required JobConditions Conditions { get; init; }

    /// <summary>The seed of the draws.</summary>
    public required long Seed { get; init; }

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

    /// <summary>What a reader should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The prompts with the lowest share of correct samples, at most ten.</summary>
    public required IReadOnlyList<ReportPrompt> Worst { get; init; }

    /// <summary>When the first sample was begun.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the report was made.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The value of each metric at each prompt, shape (P); null where undefined.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double?>> PerPrompt { get; init; } = new Dictionary<string, IReadOnlyList<double?>>();
}

/// <summary>The dataset of a report.</summary>
/// <param name="Source">Where the rows came from.</param>
/// <param name="Hash">SHA-256 of the rows.</param>
/// <param name="Rows">How many.</param>
public sealed record ReportDataset(string Source, string Hash, int Rows);

/// <summary>Samples by outcome.</summary>
/// <param name="Total">All samples, P x G.</param>
/// <param name="Scored">Those that the first reward judged.</param>
/// <param name="Unscored">Those that it could not judge.</param>
/// <param name="Errored">Those that could not be drawn.</param>
public sealed record ReportCounts(long Total, long Scored, long Unscored, long Errored);

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
