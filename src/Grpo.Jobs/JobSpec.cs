using System.Text.Json;
using Grpo.Jobs.Reports;
using Grpo.Jobs.Requests;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Jobs;

/// <summary>What a stored job is to do: the request with everything decided that it left open.</summary>
public sealed record JobSpec
{
    /// <summary>The request of an evaluation, without inline rows.</summary>
    public EvaluationRequest? Evaluation { get; init; }

    /// <summary>The request of a curation, without inline rows.</summary>
    public CurationRequest? Curation { get; init; }

    /// <summary>The policy as the request names it.</summary>
    public required string Policy { get; init; }

    /// <summary>Determines every draw.</summary>
    public required long Seed { get; init; }

    /// <summary>Where the rows came from, for people.</summary>
    public required string DatasetLabel { get; init; }

    /// <summary>What is measured, gates included.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>What must be the same for two evaluations to be compared.</summary>
    public required JobConditions Conditions { get; init; }

    /// <summary>What computes the policy where the job was taken.</summary>
    public ReportEngine? Engine { get; init; }

    /// <summary>The request of either kind.</summary>
    internal JobRequest Request => (JobRequest?)Evaluation ?? Curation ?? throw new JsonException("A job has neither kind of request.");
}

/// <summary>A reward as it scored.</summary>
public sealed record RewardIdentity
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The version of its scores.</summary>
    public required string Version { get; init; }

    /// <summary>Its factor in the sum.</summary>
    public required double Weight { get; init; }

    /// <summary>Its parameters.</summary>
    public JsonElement? Params { get; init; }
}

/// <summary>What must be the same for two evaluations to be compared.</summary>
public sealed record JobConditions
{
    /// <summary>SHA-256 of the rows.</summary>
    public required string DatasetHash { get; init; }

    /// <summary>How rows became prompts.</summary>
    public required PromptTemplate Prompt { get; init; }

    /// <summary>What was known to be right, as a template.</summary>
    public JsonElement? Reference { get; init; }

    /// <summary>The rewards.</summary>
    public required IReadOnlyList<RewardIdentity> Rewards { get; init; }

    /// <summary>How tokens were drawn, the seed left out: another seed is another draw of the same evaluation.</summary>
    public required RolloutSampling Sampling { get; init; }

    /// <summary>Completions per prompt.</summary>
    public required int SamplesPerPrompt { get; init; }

    /// <summary>The score from which a sample is correct.</summary>
    public required double CorrectThreshold { get; init; }

    /// <summary>What differs, by name; empty when the two can be compared.</summary>
    public IReadOnlyList<string> DifferencesFrom(JobConditions other)
    {
        var (mine, theirs) = (Parts(), other.Parts());
        return [.. mine.Keys.Where(part => mine[part] != theirs[part])];
    }

    private Dictionary<string, string> Parts() => new()
    {
        ["dataset"] = DatasetHash,
        ["prompt"] = JobJson.Write(Prompt),
        ["reference"] = JobJson.Write(Reference),
        ["rewards"] = JobJson.Write(Rewards),
        ["sampling"] = JobJson.Write(Sampling),
        ["samples_per_prompt"] = JobJson.Write(SamplesPerPrompt),
        ["correct_threshold"] = JobJson.Write(CorrectThreshold),
    };

    /// <summary>How the rewards of a request are known.</summary>
    internal static IReadOnlyList<RewardIdentity> Identities(RewardSet rewards, IReadOnlyList<RewardSpec> specs) =>
        [.. rewards.Rewards.Select((reward, index) => new RewardIdentity { Name = reward.Definition.Name, Version = reward.Definition.Version, Weight = reward.Weight, Params = specs[index].Params })];
}
