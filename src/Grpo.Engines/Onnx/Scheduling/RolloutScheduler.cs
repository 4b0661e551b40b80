using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>
/// Continuous batching: one thread owns the decoders; groups wait in a bounded queue, their sequences join and leave the batch between steps.
/// There is one <see cref="Lane"/> per version of the weights in use; they share the bounds.
/// </summary>
internal sealed class RolloutScheduler : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<GroupJob> _incoming = [];
    private readonly TurnQueue<GroupJob> _waiting = new();
    private readonly VersionLanes _lanes;
    private readonly RowSampler _sampler;
    private readonly int[] _tokens;
    private readonly DrawnToken?[] _drawn;
    private readonly int _contextLength;
    private readonly int _maxQueuedSequences;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WeightSwap? _incomingSwap;
    private int _queuedSequences;
    private int _activeSequences;
    private int _waitingRequests;
    private long _cacheBytes;
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The policy's name, for the thread.</param>
    /// <param name="first">The version loaded; owned from now on.</param>
    /// <param name="contextLength">The most tokens of a prompt and its completion together.</param>
    /// <param name="options">Bounds.</param>
    public RolloutScheduler(string name, Lane first, int contextLength, OnnxPolicyOptions options)
    {
        _lanes = new VersionLanes(first, _gate);
        _contextLength = contextLength;
        _maxQueuedSequences = options.MaxQueuedSequences;
        _sampler = new RowSampler(first.Decoder.VocabSize, options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        _tokens = new int[options.MaxSequences];
        _drawn = new DrawnToken?[options.MaxSequences];
        new Thread(Run) { IsBackground = true, Name = $"rollouts {name}" }.Start();
    }

    /// <summary>The versions in use.</summary>
    public VersionLanes Lanes => _lanes;

    /// <summary>What the decode loop has done so far.</summary>
    public DecodeCounters Counters { get; } = new();

    /// <summary>Requests that have sequences yet to start.</summary>
    public int WaitingRequests => Volatile.Read(ref _waitingRequests);

    /// <summary>Bytes of key-value cache in use, all versions together.</summary>
    public long CacheBytes => Volatile.Read(ref _cacheBytes);

    /// <summary>Sequences in the batch and in the queue.</summary>
    public PolicyLoad Load => new(Volatile.Read(ref _activeSequences), Volatile.Read(ref _queuedSequences));

    /// <summary>Queues a group.</summary>
    /// <exception cref="PolicyBusyException">The queue is full.</exception>
    /// <exception cref="PolicyNotFoundException">The version it asks for is no longer there.</exception>
    /// <exception cref="PolicyUnavailableException">The scheduler has been stopped, or one sequence of the group exceeds the cache's budget.</exception>
    public void Enqueue(GroupJob job)
    {
        if (!_lanes.Current.Decoder.Fits(1, job.LongestSequence(_contextLength)))
        {
            throw new PolicyUnavailableException(
                $"One sequence of {job.LongestSequence(_contextLength)} tokens exceeds the policy's key-value cache (KvCacheBytes).");
        }

        lock (_gate)
        {
            if (_stopping)
            {
                throw Stopped();
            }

            if (job.PinnedLane is { Pins: 0 } gone)
            {
                throw new PolicyNotFoundException($"version {gone.Version}");
            }

            if (_queuedSequences + job.Sequences.Length > _maxQueuedSequences)
            {
                throw new PolicyBusyException($"The queue is full: {_queuedSequences} of {_maxQueuedSequences} sequences are waiting.", RetryAfter);
            }

            _queuedSequences += job.Sequences.Length;
            _incoming.Enqueue(job);
        }

        _work.Release();
    }

    /// <summary>Makes another version the current one. One swap at a time.</summary>
    /// <returns>Ends when it is current, or the swap has been called off; then the version is the caller's again.</returns>
    /// <exception cref="PolicyUnavailableException">The scheduler has been stopped.</exception>
    public async Task SwapAsync(WeightSwap swap)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                throw Stopped();
            }

            _incomingSwap = swap;
        }

        _work.Release();
        await swap.Done;
    }

    /// <summary>Has versions disposed that are no longer pinned.</summary>
    public void Collect() => _work.Release();

    /// <summary>Stops the thread; groups that have not finished fail.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                _work.Release();
            }
        }

        await _stopped.Task;
        _work.Dispose();
    }

    private void Run()
    {
        while (TakeIncoming())
        {
            try
            {
                DropAbandoned();
                _lanes.SwapIfDue(_waiting.Items);
                Admit();
                DecodeSteps();
                _lanes.Retire(_waiting.Items.Concat(_incoming));
                PublishState();
            }
#pragma warning disable CA1031 // Whatever goes wrong belongs to the groups it went wrong for; the loop serves the others on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                FailAll(ForwardFailed(exception));
            }
        }

        FailAll(Stopped());
        _lanes.Dispose(Stopped());
        _stopped.SetResult();
    }

    // Waits while there is nothing to do; false when the scheduler is to stop. What other threads ask for becomes this thread's here and nowhere else:
    // were a swap to appear in the middle of a round, a group that had a version a moment ago would have none.
    private bool TakeIncoming()
    {
        if (_activeSequences == 0 && _waiting.IsEmpty && _lanes.Pending is null)
        {
            _work.Wait();
        }

        lock (_gate)
        {
            while (_incoming.TryDequeue(out var job))
            {
                _waiting.Add(job.Turn, job);
            }

            if (_incomingSwap is not null)
            {
                (_lanes.Pending, _incomingSwap) = (_incomingSwap, null);
            }

            return !_stopping;
        }
    }

    private void DropAbandoned()
    {
        foreach (var job in _waiting.Items.Where(job => job.IsAbandoned).ToList())
        {
            Unqueue(job);
        }

        foreach (var lane in _lanes.InUse)
        {
            lane.DropAbandoned();
        }

        CountActive();
    }

    // Requests take turns, a sequence each. One that does not fit waits for room, and what comes after it does too: nothing overtakes it for ever.
    private void Admit()
    {
        while (_waiting.Peek(job => _lanes.For(job) is not null) is { } job && HasRoomFor(job))
        {
            job.Lane ??= _lanes.For(job);
            if (job.Prefix is null)
            {
                Prefill(job);
            }

            if (!job.IsAbandoned)
            {
                job.Lane!.Start(job.Sequences[job.Admitted++], _sampler);
                Counters.AddFirst(isGiven: job.Given is not null);
                Interlocked.Decrement(ref _queuedSequences);
                CountActive();
            }

            _waiting.EndTurn(job.Turn);
            if (job.Admitted == job.Sequences.Length || job.IsAbandoned)
            {
                Unqueue(job);
            }
        }
    }

    private void Prefill(GroupJob job)
    {
        try
        {
            job.Prefill(Counters);
        }
        catch (OnnxRuntimeException exception)
        {
            job.Fail(ForwardFailed(exception));
        }
    }

    // All versions have the same shape of cache, so that one sum bounds them together.
    private bool HasRoomFor(GroupJob job)
    {
        var (longest, active) = (job.LongestSequence(_contextLength), 0);
        foreach (var lane in _lanes.InUse)
        {
            foreach (var sequence in lane.Active)
            {
                longest = Math.Max(longest, sequence.Job.LongestSequence(_contextLength));
            }

            active += lane.Active.Count;
        }

        return active < _tokens.Length && _lanes.Current.Decoder.Fits(active + 1, longest);
    }

    private void DecodeSteps()
    {
        foreach (var lane in _lanes.InUse)
        {
            if (lane.Active.Count == 0)
            {
                continue;
            }

            try
            {
                lane.DecodeStep(_tokens, _drawn, _sampler, Counters);
            }
#pragma warning disable CA1031 // Whatever a forward pass throws belongs to the groups it was run for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                lane.Fail(ForwardFailed(exception));
            }
        }

        CountActive();
    }

    private void CountActive()
    {
        var active = 0;
        foreach (var lane in _lanes.InUse)
        {
            active += lane.Active.Count;
        }

        Volatile.Write(ref _activeSequences, active);
    }

    // What other threads may see of the state that is this thread's own.
    private void PublishState()
    {
        var bytes = 0L;
        foreach (var lane in _lanes.InUse)
        {
            bytes += lane.Decoder.CacheBytes;
        }

        Volatile.Write(ref _cacheBytes, bytes);
        Volatile.Write(ref _waitingRequests, _waiting.RequestCount);
    }

    private void Unqueue(GroupJob job)
    {
        _waiting.Remove(job.Turn, job);
        job.ReleasePrefix();
        Interlocked.Add(ref _queuedSequences, job.Admitted - job.Sequences.Length);
    }

    private void FailAll(Exception exception)
    {
        lock (_gate)
        {
            while (_stopping && _incoming.TryDequeue(out var job))
            {
                _waiting.Add(job.Turn, job);
            }
        }

        foreach (var job in _waiting.Items.ToList())
        {
            Unqueue(job);
            job.Fail(exception);
        }

        foreach (var lane in _lanes.InUse)
        {
            lane.Fail(exception);
        }

        CountActive();
    }

    private static PolicyUnavailableException ForwardFailed(Exception exception) => new("The policy's forward pass failed.", exception);

    private static PolicyUnavailableException Stopped() => new("The policy has been unloaded.");
}
