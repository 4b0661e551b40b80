namespace Grpo.Jobs.Stores;

#pragma warning disable IDE1006 // named as the columns

/// <summary>A dataset and its name.</summary>
internal sealed record DatasetRow
{
    public string name { get; init; } = "";

    public string id { get; init; } = "";

    public string hash { get; init; } = "";

    public long row_count { get; init; }

    public StoredDataset ToDataset() => new(id, hash, (int)row_count);
}

/// <summary>A part of a job.</summary>
internal sealed record ChunkRow
{
    public string job_id { get; init; } = "";

    public long chunk_index { get; init; }
}

/// <summary>A sample.</summary>
internal sealed record ResultRow
{
    public long prompt_index { get; init; }

    public long sample_index { get; init; }

    public string? prompt { get; init; }

    public string completion { get; init; } = "";

    public string finish_reason { get; init; } = "";

    public long token_count { get; init; }

    public long policy_version { get; init; }

    public double? reward { get; init; }

    public string scores { get; init; } = "";

    public string? error { get; init; }

    public SampleResult ToResult() => new()
    {
        PromptIndex = (int)prompt_index,
        SampleIndex = (int)sample_index,
        Prompt = prompt,
        Completion = completion,
        FinishReason = finish_reason,
        TokenCount = (int)token_count,
        PolicyVersion = (int)policy_version,
        Reward = reward,
        Scores = scores,
        Error = error,
    };
}

/// <summary>A job, without baseline and report.</summary>
internal sealed record JobRow
{
    public long sequence { get; init; }

    public string id { get; init; } = "";

    public string kind { get; init; } = "";

    public string? name { get; init; }

    public string status { get; init; } = "";

    public string policy { get; init; } = "";

    public string spec { get; init; } = "";

    public string dataset_id { get; init; } = "";

    public long prompts { get; init; }

    public long samples_per_prompt { get; init; }

    public long chunk_prompts { get; init; }

    public long done { get; init; }

    public long errored { get; init; }

    public long revision { get; init; }

    public long created_at { get; init; }

    public long? started_at { get; init; }

    public long? finished_at { get; init; }

    public string? error { get; init; }

    public string? summary { get; init; }

    public string request_hash { get; init; } = "";

    public Job ToJob() => new()
    {
        Sequence = sequence,
        Id = id,
        Kind = Enum.Parse<JobKind>(kind, ignoreCase: true),
        Name = name,
        Status = Enum.Parse<JobStatus>(status, ignoreCase: true),
        Policy = policy,
        Spec = spec,
        DatasetId = dataset_id,
        Prompts = (int)prompts,
        SamplesPerPrompt = (int)samples_per_prompt,
        ChunkPrompts = (int)chunk_prompts,
        Done = done,
        Errored = errored,
        Revision = revision,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(created_at),
        StartedAt = started_at is { } started ? DateTimeOffset.FromUnixTimeMilliseconds(started) : null,
        FinishedAt = finished_at is { } finished ? DateTimeOffset.FromUnixTimeMilliseconds(finished) : null,
        Error = error,
        Summary = summary,
        RequestHash = request_hash,
    };
}
