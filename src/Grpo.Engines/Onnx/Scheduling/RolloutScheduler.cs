using System.Diagnostics;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Sampling;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>
/// Continuous batching: one thread owns the decoder; groups wait in a bounded queue, their sequences join and leave the batch between steps.
/// </summary>
internal sealed class RolloutScheduler : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<GroupJob> _incoming = [];
    private readonly LinkedList<GroupJob> _waiting = [];
    private readonly List<Sequence> _active = [];
    private readonly IDecoder _decoder;
    private readonly PrefixCache _prefixes;
    private readonly TokenDistribution _distribution;
    private readonly int[] _tokens;
    private readonly int _contextLength;
    private readonly int _maxQueuedSequences;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _queuedSequences;
    private int _activeSequences;
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The policy's name, for the thread.</param>
    /// <param name="decoder">Owned from now on.</param>
    /// <param name="contextLength">The most tokens of a prompt and its completion together.</param>
    /// <param name="options">Bounds.</param>
    public RolloutScheduler(string name, IDecoder decoder, int contextLength, OnnxPolicyOptions options)
    {
        _decoder = decoder;
        _contextLength = contextLength;
        _maxQueuedSequences = options.MaxQueuedSequences;
        _prefixes = new PrefixCache(decoder, options.PrefixCacheTokens);
        _distribution = new TokenDistribution(decoder.VocabSize);
        _tokens = new int[options.MaxSequences];
        new Thread(Run) { IsBackground = true, Name = $"rollouts {name}" }.Start();
    }

    /// <summary>What the decode loop has done so far.</summary>
    public DecodeCounters Counters { get; } = new();

    /// <summary>Sequences in the batch and in the queue.</summary>
    public PolicyLoad Load => new(Volatile.Read(ref _activeSequences), Volatile.Read(ref _queuedSequences));

    /// <summary>Queues a group.</summary>
    /// <exception cref="PolicyBusyException">The queue is full.</exception>
    /// <exception cref="PolicyUnavailableException">The scheduler has been stopped, or one sequence of the group exceeds the cache's budget.</exception>
    public void Enqueue(GroupJob job)
    {
        if (!_decoder.Fits(1, job.LongestSequence(_contextLength)))
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

            if (_queuedSequences + job.Sequences.Length > _maxQueuedSequences)
            {
                throw new PolicyBusyException($"The queue is full: {_queuedSequences} of {_maxQueuedSequences} sequences are waiting.", RetryAfter);
            }

            _queuedSequences += job.Sequences.Length;
            _incoming.Enqueue(job);
        }

        _work.Release();
    }

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
                Admit();
                if (_active.Count > 0)
                {
                    DecodeStep();
                }
            }
#pragma warning disable CA1031 // Whatever a forward pass throws belongs to the groups it was run for; the loop serves the others on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                FailAll(ForwardFailed(exception));
            }
        }

        FailAll(Stopped());
        _prefixes.Dispose();
        _decoder.Dispose();
        _stopped.SetResult();
    }

    // Waits while there is nothing to do; false when the scheduler is to stop.
    private bool TakeIncoming()
    {
        if (_active.Count == 0 && _waiting.Count == 0)
        {
            _work.Wait();
        }

        lock (_gate)
        {
            while (_incoming.TryDequeue(out var job))
            {
                _waiting.AddLast(job);
            }

            return !_stopping;
        }
    }

    private void DropAbandoned()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var (job, next) = (node.Value, node.Next);
            if (job.IsAbandoned)
            {
                Unqueue(node);
            }

            node = next;
        }

        for (var row = _active.Count - 1; row >= 0; row--)
        {
            if (_active[row].Job.IsAbandoned)
            {
                Leave(row);
            }
        }
    }

    // First come, first served; a group that does not fit as a whole joins as far as there is room.
    private void Admit()
    {
        while (_waiting.First is { Value: var job } node && HasRoomFor(job))
        {
            if (job.Prefix is null)
            {
                Prefill(job);
            }

            while (job.Admitted < job.Sequences.Length && !job.IsAbandoned && HasRoomFor(job))
            {
                Start(job, job.Sequences[job.Admitted++]);
                Interlocked.Decrement(ref _queuedSequences);
            }

            if (job.Admitted == job.Sequences.Length || job.IsAbandoned)
            {
                Unqueue(node);
            }
        }
    }

    private void Prefill(GroupJob job)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            job.Prefill(_prefixes);
        }
        catch (OnnxRuntimeException exception)
        {
            job.Fail(ForwardFailed(exception));
        }

        Counters.AddPrefill(job.Request.PromptTokenIds.Length, Stopwatch.GetElapsedTime(started));
    }

    private bool HasRoomFor(GroupJob job)
    {
        var longest = job.LongestSequence(_contextLength);
        foreach (var sequence in _active)
        {
            longest = Math.Max(longest, sequence.Job.LongestSequence(_contextLength));
        }

        return _decoder.Fits(_active.Count + 1, longest);
    }

    private void Start(GroupJob job, Sequence sequence)
    {
        if (EndsWithNextToken(sequence, job.Prefix!.Logits))
        {
            return;
        }

        _decoder.Join(job.Prefix);
        _active.Add(sequence);
        Volatile.Write(ref _activeSequences, _active.Count);
    }

    // Draws a sequence's next token. A model that answers no distribution fails the group it did so for, and no other.
    private bool EndsWithNextToken(Sequence sequence, ReadOnlySpan<float> logits)
    {
        try
        {
            if (!sequence.Sample(logits, _distribution, _contextLength))
            {
                return false;
            }

            sequence.Job.CompleteOne();
        }
        catch (NonFiniteLogitsException exception)
        {
            sequence.Job.Fail(new PolicyUnavailableException(exception.Message, exception));
        }

        return true;
    }

    private void DecodeStep()
    {
        var (started, forwardBefore) = (Stopwatch.GetTimestamp(), _decoder.ForwardTime);
        for (var row = 0; row < _active.Count; row++)
        {
            _tokens[row] = _active[row].LastToken;
        }

        var batch = _active.Count;
        var logits = _decoder.Step(_tokens.AsSpan(0, batch));
        for (var row = batch - 1; row >= 0; row--)
        {
            if (EndsWithNextToken(_active[row], logits.Slice(row * _decoder.VocabSize, _decoder.VocabSize)))
            {
                Leave(row);
            }
        }

        Counters.AddStep(batch, _decoder.ForwardTime - forwardBefore, Stopwatch.GetElapsedTime(started));
    }

    // The last row takes the place of the one that leaves, here as in the decoder.
    private void Leave(int row)
    {
        _decoder.Leave(row);
        _active[row] = _active[^1];
        _active.RemoveAt(_active.Count - 1);
        Volatile.Write(ref _activeSequences, _active.Count);
    }

    private void Unqueue(LinkedListNode<GroupJob> node)
    {
        _waiting.Remove(node);
        node.Value.ReleasePrefix(_prefixes);
        Interlocked.Add(ref _queuedSequences, node.Value.Admitted - node.Value.Sequences.Length);
    }

    private void FailAll(Exception exception)
    {
        TakeRest();
        while (_waiting.First is { } node)
        {
            Unqueue(node);
            node.Value.Fail(exception);
        }

        foreach (var sequence in _active)
        {
            sequence.Job.Fail(exception);
        }

        _active.Clear();
        Volatile.Write(ref _activeSequences, 0);
        while (_decoder.Count > 0)
        {
            _decoder.Leave(_decoder.Count - 1);
        }
    }

    private void TakeRest()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                return;
            }

            while (_incoming.TryDequeue(out var job))
            {
                _waiting.AddLast(job);
            }
        }
    }

    private static PolicyUnavailableException ForwardFailed(Exception exception) => new("The policy's forward pass failed.", exception);

    private static PolicyUnavailableException Stopped() => new("The policy has been unloaded.");
}
