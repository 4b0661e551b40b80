using System.Threading.Channels;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Running;

/// <summary>One part of a job: its prompts are sampled side by side, and stored as they end.</summary>
internal sealed class ChunkRun(IJobStore store, Job job, JobChunk chunk, GroupSampler sampler, YieldingGate gate, TimeProvider time)
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Samples what is not there yet.</summary>
    /// <returns>Whether the part is complete; not when the job was called off meanwhile.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var first = chunk.Index * job.ChunkPrompts;
        var rows = await store.ReadRowsAsync(job.DatasetId, first, job.ChunkPrompts, cancellationToken);
        var there = await store.FinishedPromptsAsync(job.Id, first, job.ChunkPrompts, cancellationToken);
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var groups = Channel.CreateUnbounded<IReadOnlyList<SampleResult>>(new UnboundedChannelOptions { SingleReader = true });
        var sampling = SampleAllAsync(rows.Select((row, index) => (row, first + index)).Where(prompt => !there.Contains(prompt.Item2)), groups.Writer, together);
        var watching = WatchAsync(together);
        var complete = false;
        try
        {
            complete = await new CommitBatches(store, chunk, time).RunAsync(groups.Reader, together.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A prompt that failed called off the others, and its own failure follows; or the job is over.
        }
        finally
        {
            // Sampling that nobody waits for any more frees its places in the batch.
            await together.CancelAsync();
            await Task.WhenAny(sampling);
            await watching;
        }

        if (sampling.IsFaulted) await sampling;
        return complete;
    }

    private async Task SampleAllAsync(IEnumerable<(string Row, int Index)> prompts, ChannelWriter<IReadOnlyList<SampleResult>> groups, CancellationTokenSource together)
    {
        try
        {
            await Task.WhenAll(prompts.Select(prompt => SampleAsync(prompt.Row, prompt.Index, groups, together)));
            groups.Complete();
        }
        catch (Exception problem)
        {
            // Cancelled is not complete either: the reader must not take the part for finished.
            groups.Complete(problem);
            throw;
        }
    }

    private async Task SampleAsync(string row, int index, ChannelWriter<IReadOnlyList<SampleResult>> groups, CancellationTokenSource together)
    {
        try
        {
            await groups.WriteAsync(await gate.RunAsync(() => sampler.SampleAsync(row, index, together.Token), together.Token), together.Token);
        }
        catch
        {
            await together.CancelAsync();
            throw;
        }
    }

    // A job that was called off, here or elsewhere, must not go on sampling until its next results would be stored.
    private async Task WatchAsync(CancellationTokenSource together)
    {
        try
        {
            while (true)
            {
                await Task.Delay(WatchEvery, time, together.Token);
                if (await store.FindAsync(job.Kind, job.Id, together.Token) is not { IsOver: false }) await together.CancelAsync();
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or JobStoreException)
        {
            // The part has ended; or the store fails, which whoever stores results will find out.
        }
    }
}
