using System.Text.Json.Serialization;

namespace Grpo.Jobs.Reports;

/// <summary>What the reports of evaluations and curations have in common: what was done, by which policy, on which rows.</summary>
public abstract record JobReport
{
    /// <summary>The version of this form.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>The version of this form.</summary>
    [JsonPropertyOrder(-1)]
    public required int SchemaVersion { get; init; }

    /// <summary>The job.</summary>
    [JsonPropertyOrder(-1)]
    public required string Id { get; init; }

    /// <summary>The caller's name for it.</summary>
    [JsonPropertyOrder(-1)]
    public string? Name { get; init; }

    /// <summary>The commit that was measured, as the request gave it.</summary>
    [JsonPropertyOrder(-1)]
    public string? Commit { get; init; }

    /// <summary>The policy as the request names it.</summary>
    [JsonPropertyOrder(-1)]
    public required string Policy { get; init; }

    /// <summary>What computed it where the job was taken.</summary>
    [JsonPropertyOrder(-1)]
    public ReportEngine? Engine { get; init; }

    /// <summary>Samples by the version of the weights that drew them. More than one means that the weights were replaced in the middle.</summary>
    [JsonPropertyOrder(-1)]
    public required IReadOnlyDictionary<string, long> PolicyVersions { get; init; }

    /// <summary>The dataset.</summary>
    [JsonPropertyOrder(-1)]
    public required ReportDataset Dataset { get; init; }

    /// <summary>What must be the same for two evaluations to be compared.</summary>
    [JsonPropertyOrder(-1)]
    public required JobConditions Conditions { get; init; }

    /// <summary>The seed of the draws.</summary>
    [JsonPropertyOrder(-1)]
    public required long Seed { get; init; }

    /// <summary>What a reader should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>When the first sample was begun.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the report was made.</summary>
    public required DateTimeOffset FinishedAt { get; init; }
}

/// <summary>What computes a policy.</summary>
/// <param name="Name">onnx or remote.</param>
/// <param name="Provider">What runs it, such as CPU or CUDA.</param>
/// <param name="Dtype">The type of its weights.</param>
public sealed record ReportEngine(string Name, string Provider, string Dtype);

/// <summary>The dataset of a report.</summary>
/// <param name="Source">Where the rows came from.</param>
/// <param name="Hash">SHA-256 of the rows.</param>
/// <param name="Rows">How many.</param>
public sealed record ReportDataset(string Source, string Hash, int Rows);
