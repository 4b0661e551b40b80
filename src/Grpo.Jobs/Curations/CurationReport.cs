using Grpo.Jobs.Reports;

namespace Grpo.Jobs.Curations;

/// <summary>What a curation kept, and what it left out and why.</summary>
public sealed record CurationReport : JobReport
{
    /// <summary>Samples drawn, P x G.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples kept.</summary>
    public required long Kept { get; init; }

    /// <summary>Lines of the result: kept samples, or preference pairs.</summary>
    public required long Rows { get; init; }

    /// <summary>Prompts with a kept sample.</summary>
    public required long PromptsKept { get; init; }

    /// <summary>Samples left out, by reason; with <c>kept</c> they add up to <c>samples</c>.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }
}

/// <summary>The part of a report that is shown with the curation.</summary>
/// <param name="Kept">Samples kept.</param>
/// <param name="Rows">Lines of the result.</param>
/// <param name="Dropped">Samples left out, by reason.</param>
/// <param name="Warnings">What a reader should know.</param>
public sealed record CurationSummary(long Kept, long Rows, IReadOnlyDictionary<string, long> Dropped, IReadOnlyList<string> Warnings);
