using Grpo.Jobs;
using Grpo.Jobs.Stores;
using GrpoApi.Features.Jobs;

namespace GrpoApi.Features.Curations;

/// <summary>A curation.</summary>
public sealed record CurationResponse : JobResponse
{
    /// <summary>Samples kept; null before the end.</summary>
    public required long? Kept { get; init; }

    /// <summary>Lines of the result; null before the end.</summary>
    public required long? Rows { get; init; }

    /// <summary>Samples left out, by reason; null before the end.</summary>
    public required IReadOnlyDictionary<string, long>? Dropped { get; init; }

    internal static CurationResponse Of(Job job)
    {
        var spec = JobJson.Read<JobSpec>(job.Spec);
        var report = job.Report is { } json ? JobJson.Read<Outcome>(json) : null;
        return new CurationResponse
        {
            Id = job.Id,
            Name = job.Name,
            Status = job.Status,
            Policy = spec.Policy,
            Progress = JobProgress.Of(job),
            Kept = report?.Kept,
            Rows = report?.Rows,
            Dropped = report?.Dropped,
            Warnings = report?.Warnings ?? [],
            Error = job.Error,
            Seed = spec.Seed,
            Dataset = JobDataset.Of(job, spec),
            CreatedAt = job.CreatedAt,
            StartedAt = job.StartedAt,
            FinishedAt = job.FinishedAt,
            Links = JobLinks.Of("curations", job.Id),
        };
    }

    /// <summary>The part of a report that is shown with the job.</summary>
    private sealed record Outcome
    {
        public required long Kept { get; init; }

        public required long Rows { get; init; }

        public required IReadOnlyDictionary<string, long> Dropped { get; init; }

        public required IReadOnlyList<string> Warnings { get; init; }
    }
}

/// <summary>A page of curations.</summary>
public sealed record CurationsResponse
{
    /// <summary>The curations, newest first.</summary>
    public required IReadOnlyList<CurationResponse> Curations { get; init; }

    /// <summary>The cursor of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }
}
