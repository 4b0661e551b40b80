namespace Grpo.Jobs.Stores;

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
