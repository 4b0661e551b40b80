using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Grpo.Jobs;
using Grpo.Jobs.Stores;

namespace GrpoApi.Features.Jobs;

/// <summary>A durable job.</summary>
public abstract record JobResponse
{
    /// <summary>For what reads JSON.</summary>
    protected JobResponse() { }

    /// <summary>A job as it is now.</summary>
    [SetsRequiredMembers]
    private protected JobResponse(Job job, string collection)
    {
        var spec = JobJson.Read<JobSpec>(job.Spec);
        Id = job.Id;
        Name = job.Name;
        Status = job.Status;
        Policy = spec.Policy;
        Progress = JobProgress.Of(job);
        Warnings = [];
        Error = job.Error;
        Seed = spec.Seed;
        Dataset = JobDataset.Of(job, spec);
        CreatedAt = job.CreatedAt;
        StartedAt = job.StartedAt;
        FinishedAt = job.FinishedAt;
        Links = JobLinks.Of(collection, job.Id);
    }

    /// <summary>Its id.</summary>
    /// <example>0199c3f2a8d07a5c8c1f6d3e5b2a9f10</example>
    [JsonPropertyOrder(-1)]
    public required string Id { get; init; }

    /// <summary>The caller's name for it.</summary>
    /// <example>gsm8k-smoke</example>
    [JsonPropertyOrder(-1)]
    public required string? Name { get; init; }

    /// <summary>How far it is. Succeeded means finished; whether gates passed is <c>passed</c>.</summary>
    [JsonPropertyOrder(-1)]
    public required JobStatus Status { get; init; }

    /// <summary>The policy as the request names it.</summary>
    /// <example>tiny-r1</example>
    [JsonPropertyOrder(-1)]
    public required string Policy { get; init; }

    /// <summary>Samples done.</summary>
    [JsonPropertyOrder(-1)]
    public required JobProgress Progress { get; init; }

    /// <summary>What a reader of the result should know; empty before the end.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public required string? Error { get; init; }

    /// <summary>The seed of the draws: the request's, or the one drawn.</summary>
    /// <example>7</example>
    public required long Seed { get; init; }

    /// <summary>The rows.</summary>
    public required JobDataset Dataset { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first sample was begun.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Where more is to be had.</summary>
    public required JobLinks Links { get; init; }
}

/// <summary>Samples of a job.</summary>
public sealed record JobProgress
{
    /// <summary>Samples stored, failed ones included.</summary>
    public required long Done { get; init; }

    /// <summary>All samples, prompts times samples per prompt.</summary>
    public required long Total { get; init; }

    /// <summary>Samples that could not be drawn.</summary>
    public required long Errored { get; init; }

    internal static JobProgress Of(Job job) => new() { Done = job.Done, Total = job.Total, Errored = job.Errored };
}

/// <summary>The rows of a job.</summary>
public sealed record JobDataset
{
    /// <summary>The name, the path, or <c>rows</c>.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the rows.</summary>
    public required string Hash { get; init; }

    /// <summary>How many.</summary>
    public required int Rows { get; init; }

    internal static JobDataset Of(Job job, JobSpec spec) => new() { Source = spec.DatasetLabel, Hash = spec.Conditions.DatasetHash, Rows = job.Prompts };
}

/// <summary>Where more of a job is to be had.</summary>
public sealed record JobLinks
{
    /// <summary>The job itself.</summary>
    public required string Self { get; init; }

    /// <summary>Server-sent events of its progress.</summary>
    public required string Events { get; init; }

    /// <summary>Its results, NDJSON.</summary>
    public required string Results { get; init; }

    /// <summary>Its report, once it has succeeded.</summary>
    public required string Report { get; init; }

    internal static JobLinks Of(string collection, string id) => new() { Self = $"/v1/{collection}/{id}", Events = $"/v1/{collection}/{id}/events", Results = $"/v1/{collection}/{id}/results", Report = $"/v1/{collection}/{id}/report" };
}
