using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Evaluations;

/// <summary>The samples of a job as lines of a table: the same flat columns, of the same types, in every line.</summary>
public static class SampleLines
{
    /// <summary>One JSON object per sample, those that are there, by prompt and sample.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(IJobStore store, Job job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var spec = JobJson.Read<JobSpec>(job.Spec);
        await foreach (var group in StoredGroups.ReadAsync(store, job, cancellationToken))
        {
            foreach (var sample in group) yield return Line(sample, spec, group[0].Prompt ?? "");
        }
    }

    private static string Line(SampleResult sample, JobSpec spec, string prompt)
    {
        var rewards = spec.Request.Rewards;
        var scores = SampleScores.Read(sample.Scores, rewards.Count);
        var line = new JsonObject
        {
            ["prompt_index"] = sample.PromptIndex,
            ["sample_index"] = sample.SampleIndex,
            ["prompt"] = prompt,
            ["completion"] = sample.Completion,
            ["reward"] = sample.Reward,
            ["correct"] = scores[0].Score is { } score ? score >= spec.Conditions.CorrectThreshold : null,
            ["finish_reason"] = sample.FinishReason,
            ["token_count"] = sample.TokenCount,
            ["policy"] = spec.Policy,
            ["policy_version"] = sample.PolicyVersion,
            // Text in every line: a column that begins with nulls gets the wrong type in readers that guess.
            ["error"] = sample.Error ?? "",
        };
        for (var r = 0; r < rewards.Count; r++)
        {
            line[$"score_{rewards[r].Name}"] = scores[r].Score;
            line[$"reason_{rewards[r].Name}"] = scores[r].Reason;
        }

        return line.ToJsonString(JobJson.Options);
    }
}
