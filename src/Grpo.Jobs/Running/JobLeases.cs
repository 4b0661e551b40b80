using System.Collections.Concurrent;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Running;

/// <summary>The leases of one runner: renewed while it lives, given back when it gives up, and those of processes that are gone.</summary>
internal sealed class JobLeases(IJobStore store, string owner, JobRunnerOptions options, TimeProvider time, JobRunnerLog log)
{
    private static readonly TimeSpan RetentionEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentQueue<JobChunk> _unreleased = new();

    /// <summary>Frees what processes of this machine held that no longer run; they will not renew. Only on a file, which one machine uses.</summary>
    public async Task FreeAbandonedAsync(CancellationToken cancellationToken)
    {
        if (store is not SqliteJobStore) return;
        await log.TryAsync(async () =>
        {
            foreach (var gone in (await store.OwnersAsync(cancellationToken)).Where(JobOwner.IsGone)) await store.ReleaseAsync(gone, null, cancellationToken);
        });
    }

    /// <summary>Renews them, and now and then removes jobs that are over for long, until cancelled.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var swept = long.MinValue;
        while (true)
        {
            await Task.Delay(options.Lease / 3, time, cancellationToken);
            while (_unreleased.TryPeek(out var chunk) && await log.TryAsync(() => store.ReleaseAsync(owner, chunk, cancellationToken))) _unreleased.TryDequeue(out _);
            await log.TryAsync(() => store.RenewAsync(owner, options.Lease, cancellationToken));
            if (swept != long.MinValue && time.GetElapsedTime(swept) < RetentionEvery) continue;
            swept = time.GetTimestamp();
            await log.TryAsync(() => store.RemoveExpiredAsync(time.GetUtcNow() - options.Retention, cancellationToken));
        }
    }

    /// <summary>Gives a part back; later, when the store is not there now. It would otherwise be renewed for ever.</summary>
    public async Task GiveBackAsync(JobChunk chunk, CancellationToken cancellationToken)
    {
        if (!await log.TryAsync(() => store.ReleaseAsync(owner, chunk, cancellationToken))) _unreleased.Enqueue(chunk);
    }

    /// <summary>Gives everything back at the end.</summary>
    public Task GiveAllBackAsync() => log.TryAsync(() => store.ReleaseAsync(owner, null, CancellationToken.None));
}
