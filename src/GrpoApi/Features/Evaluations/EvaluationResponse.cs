using System.Diagnostics.CodeAnalysis;
using Grpo.Evaluation;
using Grpo.Jobs;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Stores;
using GrpoApi.Features.Jobs;

namespace GrpoApi.Features.Evaluations;

/// <summary>An evaluation.</summary>
public sealed record EvaluationResponse : JobResponse
{
    /// <summary>For what reads JSON.</summary>
    public EvaluationResponse() { }

    /// <summary>An evaluation as it is now.</summary>
    [SetsRequiredMembers]
    internal EvaluationResponse(Job job) : base(job, "evaluations")
    {
        var summary = job.Summary is { } json ? JobJson.Read<EvaluationSummary>(json) : null;
        Metrics = summary?.Metrics;
        Gates = summary?.Gates;
        Passed = summary?.Passed;
        Warnings = summary?.Warnings ?? [];
    }

    /// <summary>The metrics by name; null before the end.</summary>
    public required IReadOnlyDictionary<string, MetricEstimate>? Metrics { get; init; }

    /// <summary>What became of the gates; null before the end.</summary>
    public required IReadOnlyList<GateResult>? Gates { get; init; }

    /// <summary>Whether all gates passed and no more samples failed than may; null before the end.</summary>
    public required bool? Passed { get; init; }
}

/// <summary>A page of evaluations.</summary>
public sealed record EvaluationsResponse
{
    /// <summary>The evaluations, newest first.</summary>
    public required IReadOnlyList<EvaluationResponse> Evaluations { get; init; }

    /// <summary>The cursor of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }
}
