using System.Diagnostics.CodeAnalysis;
using Grpo.Jobs;
using Grpo.Jobs.Curations;
using Grpo.Jobs.Stores;
using GrpoApi.Features.Jobs;

namespace GrpoApi.Features.Curations;

/// <summary>A curation.</summary>
public sealed record CurationResponse : JobResponse
{
    /// <summary>For what reads JSON.</summary>
    public CurationResponse() { }

    /// <summary>A curation as it is now.</summary>
    [SetsRequiredMembers]
    internal CurationResponse(Job job) : base(job, "curations")
    {
        var summary = job.Summary is { } json ? JobJson.Read<CurationSummary>(json) : null;
        Kept = summary?.Kept;
        Rows = summary?.Rows;
        Dropped = summary?.Dropped;
        Warnings = summary?.Warnings ?? [];
    }

    /// <summary>Samples kept; null before the end.</summary>
    public required long? Kept { get; init; }

    /// <summary>Lines of the result; null before the end.</summary>
    public required long? Rows { get; init; }

    /// <summary>Samples left out, by reason; null before the end.</summary>
    public required IReadOnlyDictionary<string, long>? Dropped { get; init; }
}

/// <summary>A page of curations.</summary>
public sealed record CurationsResponse
{
    /// <summary>The curations, newest first.</summary>
    public required IReadOnlyList<CurationResponse> Curations { get; init; }

    /// <summary>The cursor of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }
}
