using System.Threading.Channels;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Running;

/// <summary>Stores results as groups end; one transaction takes what came within a moment.</summary>
internal sealed class CommitBatches(IJobStore store, JobChunk chunk, TimeProvider time)
{
    private const int Samples = 256;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly List<SampleResult> _batch = new(Samples);
    private long _since;
    private Task<bool>? _more;

    /// <summary>Stores all groups, the last of them together with the end of the part.</summary>
    /// <returns>Whether the job still runs; otherwise nothing more was stored.</returns>
    public async Task<bool> RunAsync(ChannelReader<IReadOnlyList<SampleResult>> groups, CancellationToken cancellationToken)
    {
        try
        {
            while (await FillAsync(groups, cancellationToken))
            {
                if (!await store.CommitAsync(chunk.JobId, _batch, null, cancellationToken)) return false;
                _batch.Clear();
            }
        }
        catch (Exception problem) when (problem is not JobStoreException && _batch.Count > 0)
        {
            // What is finished is kept, whatever happened to the rest.
            await store.CommitAsync(chunk.JobId, _batch, null, CancellationToken.None);
            throw;
        }

        return await store.CommitAsync(chunk.JobId, _batch, chunk, cancellationToken);
    }

    // Until the batch is full or its moment is over; false when no more will come.
    private async Task<bool> FillAsync(ChannelReader<IReadOnlyList<SampleResult>> groups, CancellationToken cancellationToken)
    {
        while (true)
        {
            var more = _more ??= groups.WaitToReadAsync(cancellationToken).AsTask();
            if (_batch.Count > 0)
            {
                var left = Every - time.GetElapsedTime(_since);
                if (_batch.Count >= Samples || left <= TimeSpan.Zero) return true;
                if (!more.IsCompleted) await Task.WhenAny(more, Task.Delay(left, time, cancellationToken));
                if (!more.IsCompleted) return true;
            }

            if (!await more) return false;
            _more = null;
            if (_batch.Count == 0) _since = time.GetTimestamp();
            while (_batch.Count < Samples && groups.TryRead(out var group)) _batch.AddRange(group);
        }
    }
}
