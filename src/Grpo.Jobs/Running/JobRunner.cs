using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpo.Engines;
using Grpo.Jobs.Curations;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Stores;
using Grpo.Rollouts;

namespace Grpo.Jobs.Running;

/// <summary>How jobs are worked on.</summary>
public sealed record JobRunnerOptions
{
    /// <summary>How long a part of a job stays with a process that no longer answers.</summary>
    /// <value>The default value is 15 s; renewed after a third of it.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the store is asked for work when there is none.</summary>
    /// <value>The default value is 0.25 s.</value>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Parts worked on at once; two keep the policy's batch full while one ends.</summary>
    /// <value>The default value is 2.</value>
    public int Workers { get; init; } = 2;

    /// <summary>How long jobs that are over are kept.</summary>
    /// <value>The default value is 30 days.</value>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether somebody waits for an answer of the policy; then one group is sampled at a time.</summary>
    /// <value>The default value is never.</value>
    public Func<bool> Yields { get; init; } = () => false;
}

/// <summary>What a runner tells its host.</summary>
/// <param name="Problem">What went wrong and will be tried again.</param>
public delegate void JobRunnerLog(Exception Problem);

/// <summary>Works on the jobs of a store until it is stopped. Everything it finishes is in the store; it may be killed at any moment.</summary>
public sealed class JobRunner(IJobStore store, PolicyCatalog policies, JobRunnerOptions options, TimeProvider time, JobRunnerLog log)
{
    private const int CommitSamples = 256;
    private static readonly TimeSpan CommitEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetentionEvery = TimeSpan.FromHours(1);

    private readonly string _owner = JobOwner.New();
    private readonly ConcurrentQueue<JobChunk> _unreleased = new();
    private readonly YieldingGate _gate = new(options.Yields, time);
    private readonly ConcurrentDictionary<string, (Job Job, JobSpec Spec, GroupSampler Sampler)> _jobs = new();

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StartAsync(cancellationToken);
            await Task.WhenAll([HeartbeatAsync(cancellationToken), .. Enumerable.Range(0, options.Workers).Select(_ => WorkAsync(cancellationToken))]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await TryAsync(() => store.ReleaseAsync(_owner, null, CancellationToken.None));
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var pause = options.Poll; !await TryAsync(() => store.MigrateAsync(cancellationToken)); pause = Longer(pause))
        {
            await Task.Delay(pause, time, cancellationToken);
        }

        // Processes of this machine that are gone will not renew their leases; a file is only used by one machine.
        if (store is SqliteJobStore)
        {
            await TryAsync(async () =>
            {
                foreach (var owner in (await store.OwnersAsync(cancellationToken)).Where(JobOwner.IsGone)) await store.ReleaseAsync(owner, null, cancellationToken);
            });
        }
    }

    private async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        var swept = long.MinValue;
        while (true)
        {
            await Task.Delay(options.Lease / 3, time, cancellationToken);
            await GiveBackAsync(cancellationToken);
            await TryAsync(() => store.RenewAsync(_owner, options.Lease, cancellationToken));
            if (swept != long.MinValue && time.GetElapsedTime(swept) < RetentionEvery) continue;
            swept = time.GetTimestamp();
            await TryAsync(() => store.RemoveExpiredAsync(time.GetUtcNow() - options.Retention, cancellationToken));
        }
    }

    // Parts that the store was not there to take back would otherwise be renewed for ever.
    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        while (_unreleased.TryPeek(out var chunk) && await TryAsync(() => store.ReleaseAsync(_owner, chunk, cancellationToken))) _unreleased.TryDequeue(out _);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var pause = options.Poll;
        while (true)
        {
            var worked = false;
            pause = await TryAsync(async () => worked = await WorkOnceAsync(cancellationToken)) ? options.Poll : Longer(pause);
            if (!worked) await Task.Delay(pause, time, cancellationToken);
        }
    }

    // A store that stays away is asked less and less often.
    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private async Task<bool> WorkOnceAsync(CancellationToken cancellationToken)
    {
        if (await store.ClaimFinishAsync(_owner, options.Lease, cancellationToken) is { } finished)
        {
            await FinishAsync(finished, cancellationToken);
            return true;
        }

        if (await store.ClaimAsync(_owner, [.. policies.List().Select(policy => policy.Info.Name)], options.Lease, cancellationToken) is not { } chunk) return false;
        try
        {
            await RunChunkAsync(chunk, cancellationToken);
            return true;
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            if (problem is not JobStoreException) log(problem);
            if (!await TryAsync(() => store.ReleaseAsync(_owner, chunk, cancellationToken))) _unreleased.Enqueue(chunk);
            if (problem is PolicyNotFoundException) await FailAsync(chunk.JobId, problem.Message, cancellationToken);
            if (problem is JobStoreException) throw;
            return false;
        }
    }

    private async Task RunChunkAsync(JobChunk chunk, CancellationToken cancellationToken)
    {
        if (await JobOfAsync(chunk.JobId, cancellationToken) is not { } work) return;
        var (job, _, sampler) = work;
        var first = chunk.Index * job.ChunkPrompts;
        var rows = await store.ReadRowsAsync(job.DatasetId, first, job.ChunkPrompts, cancellationToken);
        var there = await store.FinishedPromptsAsync(job.Id, first, job.ChunkPrompts, cancellationToken);
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var groups = Channel.CreateUnbounded<IReadOnlyList<SampleResult>>(new UnboundedChannelOptions { SingleReader = true });
        var sampling = Task.WhenAll(rows.Select((row, index) => (row, index: first + index)).Where(prompt => !there.Contains(prompt.index)).Select(async prompt =>
        {
            try
            {
                await groups.Writer.WriteAsync(await _gate.RunAsync(() => sampler.SampleAsync(prompt.row, prompt.index, together.Token), together.Token), together.Token);
            }
            catch
            {
                await together.CancelAsync();
                throw;
            }
        }));
        _ = sampling.ContinueWith(done => groups.Writer.Complete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var watching = WatchAsync(job, together);
        try
        {
            await CommitAllAsync(chunk, groups.Reader, together.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A prompt that failed called off the others; its own failure follows.
        }
        finally
        {
            // Sampling that nobody waits for any more frees its places in the batch.
            await together.CancelAsync();
            await Task.WhenAny(sampling);
            await watching;
        }

        if (sampling.IsFaulted) await sampling;
    }

    // A job that was called off, here or elsewhere, must not go on sampling until its next results would be stored.
    private async Task WatchAsync(Job job, CancellationTokenSource together)
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

    // Results come as groups end; one transaction takes what came within a moment.
    private async Task CommitAllAsync(JobChunk chunk, ChannelReader<IReadOnlyList<SampleResult>> groups, CancellationToken cancellationToken)
    {
        var batch = new List<SampleResult>(CommitSamples);
        var since = time.GetTimestamp();
        var more = groups.WaitToReadAsync(cancellationToken).AsTask();
        try
        {
            while (true)
            {
                if (batch.Count == 0) await more;
                else if (CommitEvery - time.GetElapsedTime(since) is var left && left > TimeSpan.Zero) await Task.WhenAny(more, Task.Delay(left, time, cancellationToken));
                if (more.IsCompleted)
                {
                    if (!await more) break;
                    if (batch.Count == 0) since = time.GetTimestamp();
                    while (batch.Count < CommitSamples && groups.TryRead(out var group)) batch.AddRange(group);
                    more = groups.WaitToReadAsync(cancellationToken).AsTask();
                }

                if (batch.Count < CommitSamples && (batch.Count == 0 || time.GetElapsedTime(since) < CommitEvery)) continue;
                if (!await store.CommitAsync(chunk.JobId, batch, null, cancellationToken)) return;
                batch.Clear();
            }
        }
        catch (Exception problem) when (problem is not JobStoreException && batch.Count > 0)
        {
            // What is finished is kept, whatever happened to the rest.
            await store.CommitAsync(chunk.JobId, batch, null, CancellationToken.None);
            throw;
        }

        await store.CommitAsync(chunk.JobId, batch, chunk, cancellationToken);
    }

    private async Task FinishAsync(Job job, CancellationToken cancellationToken)
    {
        _jobs.TryRemove(job.Id, out _);
        try
        {
            var report = job.Kind == JobKind.Evaluation ? await EvaluationReports.MakeAsync(store, job, time.GetUtcNow(), cancellationToken) : await CurationReports.MakeAsync(store, job, time.GetUtcNow(), cancellationToken);
            await store.FinishAsync(job.Id, JobStatus.Succeeded, report, null, cancellationToken);
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or JobStoreException))
        {
            log(problem);
            await FailAsync(job.Id, $"The report could not be made: {problem.GetType().Name}.", cancellationToken);
        }
    }

    private Task<bool> FailAsync(string jobId, string error, CancellationToken cancellationToken) => TryAsync(() => store.FinishAsync(jobId, JobStatus.Failed, null, error, cancellationToken));

    private async Task<(Job Job, JobSpec Spec, GroupSampler Sampler)?> JobOfAsync(string id, CancellationToken cancellationToken)
    {
        if (_jobs.TryGetValue(id, out var known)) return known;
        var job = await store.FindAsync(JobKind.Evaluation, id, cancellationToken) ?? await store.FindAsync(JobKind.Curation, id, cancellationToken);
        if (job is null) return null;
        var spec = JobJson.Read<JobSpec>(job.Spec);
        if (_jobs.Count > 64) _jobs.Clear();
        return _jobs.GetOrAdd(id, (job, spec, new GroupSampler(spec, () => policies.Get(spec.Policy))));
    }

    private async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            log(problem);
            return false;
        }
    }
}
