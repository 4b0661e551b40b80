using Grpo.Evaluation;
using Grpo.Jobs;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Stores;
using GrpoApi.Features.Jobs;

namespace GrpoApi.Features.Evaluations;

/// <summary>An evaluation.</summary>
public sealed record EvaluationResponse : JobResponse
{
    /// <summary>The metrics by name; null before the end.</summary>
    public required IReadOnlyDictionary<string, MetricEstimate>? Metrics { get; init; }

    /// <summary>What became of the gates; null before the end.</summary>
    public required IReadOnlyList<GateResult>? Gates { get; init; }

    /// <summary>Whether all gates passed and no more samples failed than may; null before the end.</summary>
    public required bool? Passed { get; init; }

    internal static EvaluationResponse Of(Job job)
    {
        var spec = JobJson.Read<JobSpec>(job.Spec);
        var report = job.Report is { } json ? JobJson.Read<Outcome>(json) : null;
        return new EvaluationResponse
        {
            Id = job.Id,
            Name = job.Name,
            Status = job.Status,
            Policy = spec.Policy,
            Progress = JobProgress.Of(job),
            Metrics = report?.Metrics,
            Gates = report?.Gates,
            Passed = report?.Passed,
            Warnings = report?.Warnings ?? [],
            Error = job.Error,
            Seed = spec.Seed,
            Dataset = JobDataset.Of(job, spec),
            CreatedAt = job.CreatedAt,
            StartedAt = job.StartedAt,
            FinishedAt = job.FinishedAt,
            Links = JobLinks.Of("evaluations", job.Id),
        };
    }

    /// <summary>The part of a report that is shown with the job.</summary>
    private sealed record Outcome
    {
        public required IReadOnlyDictionary<string, MetricEstimate> Metrics { get; init; }

        public required IReadOnlyList<GateResult> Gates { get; init; }

        public required bool Passed { get; init; }

        public required IReadOnlyList<string> Warnings { get; init; }
    }
}

/// <summary>A page of evaluations.</summary>
public sealed record EvaluationsResponse
{
    /// <summary>The evaluations, newest first.</summary>
    public required IReadOnlyList<EvaluationResponse> Evaluations { get; init; }

    /// <summary>The cursor of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }
}
