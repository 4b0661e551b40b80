using System.Collections.Concurrent;
using Grpo.Engines;
using Grpo.Jobs.Curations;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Stores;
using Grpo.Rollouts;

namespace Grpo.Jobs.Running;

/// <summary>Works on the jobs of a store until it is stopped. Everything it finishes is in the store; it may be killed at any moment.</summary>
public sealed class JobRunner
{
    private const int RememberedJobs = 64;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly string _owner = JobOwner.New();
    private readonly ConcurrentDictionary<string, (Job Job, GroupSampler Sampler)> _jobs = new();
    private readonly IJobStore _store;
    private readonly PolicyCatalog _policies;
    private readonly JobRunnerOptions _options;
    private readonly TimeProvider _time;
    private readonly JobRunnerLog _log;
    private readonly YieldingGate _gate;
    private readonly JobLeases _leases;
    private volatile TaskCompletionSource _jobCreated = NewSignal();

    /// <summary>A runner that has not begun.</summary>
    /// <param name="store">The jobs; other runners, here and elsewhere, may work on them too.</param>
    /// <param name="policies">What samples; jobs of other policies are left to others.</param>
    /// <param name="options">How it works.</param>
    /// <param name="time">The clock of pauses.</param>
    /// <param name="log">Told what goes wrong.</param>
    public JobRunner(IJobStore store, PolicyCatalog policies, JobRunnerOptions options, TimeProvider time, JobRunnerLog log)
    {
        (_store, _policies, _options, _time, _log) = (store, policies, options, time, log);
        _gate = new YieldingGate(options.Yields, time);
        _leases = new JobLeases(store, _owner, options, time, log);
    }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _store.JobCreated += Wake;
        try
        {
            for (var pause = _options.Poll; !await _log.TryAsync(() => _store.MigrateAsync(cancellationToken)); pause = Longer(pause)) await Task.Delay(pause, _time, cancellationToken);
            await _leases.FreeAbandonedAsync(cancellationToken);
            await Task.WhenAll([_leases.KeepAsync(cancellationToken), .. Enumerable.Range(0, _options.Workers).Select(_ => WorkAsync(cancellationToken))]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await _leases.GiveAllBackAsync();
        }
        finally
        {
            _store.JobCreated -= Wake;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake(object? sender, EventArgs args) => Interlocked.Exchange(ref _jobCreated, NewSignal()).SetResult();

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var pause = _options.Poll;
        while (true)
        {
            var (worked, jobCreated) = (false, _jobCreated.Task);
            pause = await _log.TryAsync(async () => worked = await WorkOnceAsync(cancellationToken)) ? _options.Poll : Longer(pause);
            if (worked) continue;

            // After a failure the store is left alone, whatever comes.
            if (pause == _options.Poll) await jobCreated.WaitAsync(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else await Task.Delay(pause, _time, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // A store or a policy that stays away is asked less and less often.
    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private async Task<bool> WorkOnceAsync(CancellationToken cancellationToken)
    {
        if (await _store.ClaimFinishAsync(_owner, _options.Lease, cancellationToken) is { } finished)
        {
            await FinishAsync(finished, cancellationToken);
            return true;
        }

        if (await _store.ClaimAsync(_owner, [.. _policies.List().Select(policy => policy.Info.Name)], _options.Lease, cancellationToken) is not { } chunk) return false;
        try
        {
            if (!await RunAsync(chunk, cancellationToken)) await _leases.GiveBackAsync(chunk, cancellationToken);
            return true;
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            await _leases.GiveBackAsync(chunk, cancellationToken);
            if (!Passes(problem)) await EndAsync(chunk.JobId, JobOutcome.Failed(problem is PolicyNotFoundException ? problem.Message : $"It cannot be worked on: {problem.GetType().Name}."), cancellationToken);
            throw;
        }
    }

    // What another attempt may find otherwise; anything else would be tried for ever.
    private bool Passes(Exception problem) => problem is JobStoreException or PolicyUnavailableException or PolicyBusyException or ObjectDisposedException or OperationCanceledException
        || (problem is PolicyNotFoundException missing && !_policies.List().Any(policy => policy.Info.Name == missing.Name.Split('@')[0])); // unloaded here; others may have it

    private async Task<bool> RunAsync(JobChunk chunk, CancellationToken cancellationToken) =>
        await JobOfAsync(chunk.JobId, cancellationToken) is var (job, sampler) && await new ChunkRun(_store, job, chunk, sampler, _gate, _time).RunAsync(cancellationToken);

    private async Task FinishAsync(Job job, CancellationToken cancellationToken)
    {
        _jobs.TryRemove(job.Id, out _);
        JobOutcome outcome;
        try
        {
            outcome = job.Kind == JobKind.Evaluation ? await EvaluationReports.MakeAsync(_store, job, _time.GetUtcNow(), cancellationToken) : await CurationReports.MakeAsync(_store, job, _time.GetUtcNow(), cancellationToken);
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or JobStoreException))
        {
            _log(problem);
            outcome = JobOutcome.Failed($"The report could not be made: {problem.GetType().Name}.");
        }

        await _store.FinishAsync(job.Id, outcome, cancellationToken);
    }

    private Task<bool> EndAsync(string jobId, JobOutcome outcome, CancellationToken cancellationToken) => _log.TryAsync(() => _store.FinishAsync(jobId, outcome, cancellationToken));

    private async Task<(Job Job, GroupSampler Sampler)?> JobOfAsync(string id, CancellationToken cancellationToken)
    {
        if (_jobs.TryGetValue(id, out var known)) return known;
        var job = await _store.FindAsync(JobKind.Evaluation, id, cancellationToken) ?? await _store.FindAsync(JobKind.Curation, id, cancellationToken);
        if (job is null) return null;
        var spec = JobJson.Read<JobSpec>(job.Spec);
        if (_jobs.Count > RememberedJobs) _jobs.Clear();
        return _jobs.GetOrAdd(id, (job, new GroupSampler(spec, () => _policies.Get(spec.Policy))));
    }
}
