using System.Runtime.CompilerServices;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Running;

/// <summary>Reads the stored samples of a job group by group, a few at a time.</summary>
public static class StoredGroups
{
    private const int SamplesAtOnce = 2000;

    /// <summary>The groups in the order of their prompts; prompts without samples are left out.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<SampleResult>> ReadAsync(IJobStore store, Job job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var step = Math.Max(1, SamplesAtOnce / job.SamplesPerPrompt);
        for (var first = 0; first < job.Prompts; first += step)
        {
            foreach (var group in (await store.ReadResultsAsync(job.Id, first, step, cancellationToken)).GroupBy(sample => sample.PromptIndex))
            {
                yield return [.. group];
            }
        }
    }
}
