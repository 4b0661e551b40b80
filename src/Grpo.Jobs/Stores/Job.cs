namespace Grpo.Jobs.Stores;

/// <summary>What a job makes.</summary>
public enum JobKind
{
    /// <summary>Metrics and a verdict.</summary>
    Evaluation,

    /// <summary>Training data.</summary>
    Curation,
}

/// <summary>How far a job is.</summary>
public enum JobStatus
{
    /// <summary>Nobody has begun.</summary>
    Queued,

    /// <summary>Samples are being drawn.</summary>
    Running,

    /// <summary>It is finished and has a report; whether its gates passed is another question.</summary>
    Succeeded,

    /// <summary>It cannot be finished; <c>error</c> says why.</summary>
    Failed,

    /// <summary>The caller called it off.</summary>
    Cancelled,
}

/// <summary>How many jobs there are.</summary>
/// <param name="Kind">Of this kind.</param>
/// <param name="Status">In this state.</param>
/// <param name="Count">How many.</param>
public sealed record JobCount(JobKind Kind, JobStatus Status, long Count);

/// <summary>What is known of a job from the beginning.</summary>
public abstract record JobDescription
{
    /// <summary>Its id, unique.</summary>
    public required string Id { get; init; }

    /// <summary>What it makes.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>The caller's name for it.</summary>
    public string? Name { get; init; }

    /// <summary>The name of the policy, without version: who has it loaded may work on the job.</summary>
    public required string Policy { get; init; }

    /// <summary>What is to be done, as JSON.</summary>
    public required string Spec { get; init; }

    /// <summary>The stored dataset.</summary>
    public required string DatasetId { get; init; }

    /// <summary>Rows of the dataset, P.</summary>
    public required int Prompts { get; init; }

    /// <summary>Completions per prompt, G.</summary>
    public required int SamplesPerPrompt { get; init; }

    /// <summary>Prompts that are claimed together.</summary>
    public required int ChunkPrompts { get; init; }

    /// <summary>Hash of the request, so that a key is not used for two of them.</summary>
    public required string RequestHash { get; init; }

    /// <summary>Samples in all, P x G.</summary>
    public long Total => (long)Prompts * SamplesPerPrompt;
}

/// <summary>A job to be stored.</summary>
public sealed record NewJob : JobDescription
{
    /// <summary>The caller's key, that makes sending a request twice the same as sending it once.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The report that the job is compared with, as JSON. Apart from the spec, since it may be large and is read once.</summary>
    public string? Baseline { get; init; }
}

/// <summary>A stored job.</summary>
public sealed record Job : JobDescription
{
    /// <summary>Its place in the order of creation.</summary>
    public required long Sequence { get; init; }

    /// <summary>How far it is.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>Samples stored, failed ones included.</summary>
    public required long Done { get; init; }

    /// <summary>Samples that failed.</summary>
    public required long Errored { get; init; }

    /// <summary>Grows with every change; the id of events.</summary>
    public required long Revision { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first sample was begun.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Why it failed.</summary>
    public required string? Error { get; init; }

    /// <summary>The part of the report that is shown with the job, as JSON; null before the end.</summary>
    public required string? Summary { get; init; }

    /// <summary>Whether nothing will change any more.</summary>
    public bool IsOver => Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;
}

/// <summary>How a job ends.</summary>
/// <param name="Status">Succeeded or failed.</param>
/// <param name="Report">The report as JSON, as long as the dataset.</param>
/// <param name="Summary">The part of it that is shown with the job, short.</param>
/// <param name="Error">Why it failed.</param>
public sealed record JobOutcome(JobStatus Status, string? Report, string? Summary, string? Error)
{
    /// <summary>It is finished.</summary>
    public static JobOutcome Succeeded(string report, string summary) => new(JobStatus.Succeeded, report, summary, null);

    /// <summary>It cannot be finished.</summary>
    public static JobOutcome Failed(string error) => new(JobStatus.Failed, null, null, error);
}

/// <summary>Prompts of a job that one worker has claimed.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Index">Which part of it.</param>
public sealed record JobChunk(string JobId, int Index);
