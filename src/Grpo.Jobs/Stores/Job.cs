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

/// <summary>A job to be stored.</summary>
public sealed record NewJob
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

    /// <summary>The caller's key, that makes sending a request twice the same as sending it once.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Hash of the request, so that a key is not used for two of them.</summary>
    public required string RequestHash { get; init; }
}

/// <summary>A stored job.</summary>
public sealed record Job
{
    /// <summary>Its place in the order of creation.</summary>
    public required long Sequence { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What it makes.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>The caller's name for it.</summary>
    public required string? Name { get; init; }

    /// <summary>How far it is.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>The name of the policy, without version.</summary>
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

    /// <summary>The report as JSON; null before the end.</summary>
    public required string? Report { get; init; }

    /// <summary>Hash of the request.</summary>
    public required string RequestHash { get; init; }

    /// <summary>Samples in all, P x G.</summary>
    public long Total => (long)Prompts * SamplesPerPrompt;

    /// <summary>Whether nothing will change any more.</summary>
    public bool IsOver => Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;
}

/// <summary>Prompts of a job that one worker has claimed.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Index">Which part of it.</param>
public sealed record JobChunk(string JobId, int Index);

/// <summary>One sample as stored, keyed by job, prompt and sample.</summary>
public sealed record SampleResult
{
    /// <summary>Row of the dataset, from 0.</summary>
    public required int PromptIndex { get; init; }

    /// <summary>Position in the group, from 0.</summary>
    public required int SampleIndex { get; init; }

    /// <summary>The prompt as the policy read it; null but for the first sample of a prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>The completion's text; empty when sampling failed.</summary>
    public required string Completion { get; init; }

    /// <summary>stop, length or cancelled; error when sampling failed.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Length in tokens.</summary>
    public required int TokenCount { get; init; }

    /// <summary>The version of the weights that sampled it; 0 when sampling failed.</summary>
    public required int PolicyVersion { get; init; }

    /// <summary>Weighted sum of the scores.</summary>
    public required double? Reward { get; init; }

    /// <summary>Score and reason of each reward as JSON, <c>[[1, ".."], [null, ".."]]</c>, in the order of the request.</summary>
    public required string Scores { get; init; }

    /// <summary>Why sampling failed; null when it did not.</summary>
    public string? Error { get; init; }
}

/// <summary>A stored dataset. Equal content is stored once.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Hash">SHA-256 of its rows.</param>
/// <param name="Rows">How many there are.</param>
public sealed record StoredDataset(string Id, string Hash, int Rows);

/// <summary>An uploaded dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dataset">What it names.</param>
public sealed record NamedDataset(string Name, StoredDataset Dataset);

/// <summary>The idempotency key belongs to another request.</summary>
public sealed class IdempotencyConflictException(string key) : Exception($"The Idempotency-Key '{key}' was used for a request with another body.");

/// <summary>The store cannot be used now: locked, full, restarting, unreachable. What was stored before is still there.</summary>
public sealed class JobStoreException(string message, Exception inner) : Exception(message, inner);
