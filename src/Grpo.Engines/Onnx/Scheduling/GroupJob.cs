using System.Diagnostics;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Sampling;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>A group on its way through the scheduler. Everything but <see cref="Finished"/> belongs to the scheduler's thread.</summary>
internal sealed class GroupJob
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _queuedAt = Stopwatch.GetTimestamp();
    private long _prefillStartedAt;
    private long _prefilledAt;
    private long _finishedAt;
    private int _unfinished;

    /// <summary>A group that waits.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="rule">Its sampling options.</param>
    /// <param name="tokenizer">The policy's.</param>
    /// <param name="pinnedLane">The version asked for; null for whichever is current when its turn comes.</param>
    /// <param name="given">The tokens, when they are to be scored instead of drawn; as many as the group has members.</param>
    /// <param name="cancellationToken">Cancelled when the caller has gone.</param>
    public GroupJob(GroupRequest request, SamplingRule rule, IPolicyTokenizer tokenizer, Lane? pinnedLane, GivenCompletions? given, CancellationToken cancellationToken)
    {
        PinnedLane = pinnedLane;
        Given = given;
        Request = request;
        Rule = rule;
        Tokenizer = tokenizer;
        CancellationToken = cancellationToken;
        _unfinished = request.GroupSize;
        Sequences = new Sequence[request.GroupSize];
        for (var index = 0; index < Sequences.Length; index++)
        {
            Sequences[index] = new Sequence(this, index);
        }
    }

    /// <summary>What was asked for.</summary>
    public GroupRequest Request { get; }

    /// <summary>Groups with the same one take turns as one.</summary>
    public object Turn => Request.Turn ?? this;

    /// <summary>The version asked for; null for whichever is current when its turn comes.</summary>
    public Lane? PinnedLane { get; }

    /// <summary>The tokens, when they are scored instead of drawn.</summary>
    public GivenCompletions? Given { get; }

    /// <summary>Whether an update may end its sequences where they are: it follows the current version, and half of a score is none.</summary>
    public bool MayBeCancelled => PinnedLane is null && Given is null;

    /// <summary>The version that samples it, once its turn has come.</summary>
    public Lane? Lane { get; set; }

    /// <summary>How its tokens are drawn.</summary>
    public SamplingRule Rule { get; }

    /// <summary>Turns tokens into text for the stop strings and the answer.</summary>
    public IPolicyTokenizer Tokenizer { get; }

    /// <summary>Cancelled when the caller has gone.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Its completions, shape (G).</summary>
    public Sequence[] Sequences { get; }

    /// <summary>How many of them have joined the batch or ended already.</summary>
    public int Admitted { get; set; }

    /// <summary>The prompt, once it has been read and until the last sequence has joined.</summary>
    public Prefix? Prefix { get; private set; }

    /// <summary>The most tokens a sequence of this group can reach.</summary>
    public int LongestSequence(int contextLength) => (int)Math.Min(contextLength, (long)Request.PromptTokenIds.Length + Rule.MaxTokens);

    /// <summary>Whether nobody waits for it any more: it failed, or its caller has gone.</summary>
    public bool IsAbandoned
    {
        get
        {
            if (CancellationToken.IsCancellationRequested)
            {
                _finished.TrySetCanceled(CancellationToken);
            }

            return _finished.Task.IsFaulted || _finished.Task.IsCanceled;
        }
    }

    /// <summary>Ends when the last completion has, or fails.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Where the time went; for a finished job.</summary>
    public RolloutTiming Timing => new(
        Stopwatch.GetElapsedTime(_queuedAt, _prefillStartedAt).TotalMilliseconds,
        Stopwatch.GetElapsedTime(_prefillStartedAt, _prefilledAt).TotalMilliseconds,
        Stopwatch.GetElapsedTime(_prefilledAt, _finishedAt).TotalMilliseconds);

    /// <summary>Has its version read the prompt, and counts that.</summary>
    public void Prefill(DecodeCounters counters)
    {
        _prefillStartedAt = Stopwatch.GetTimestamp();
        Prefix = Lane!.Prefixes.Get(Request.PromptTokenIds, out var isReused);
        _prefilledAt = Stopwatch.GetTimestamp();
        if (isReused) counters.AddReuse(Request.PromptTokenIds.Length);
        else counters.AddPrefill(Request.PromptTokenIds.Length, Stopwatch.GetElapsedTime(_prefillStartedAt, _prefilledAt));
    }

    /// <summary>Lets go of the prompt's cache: every sequence has its own copy, or none will need one.</summary>
    public void ReleasePrefix()
    {
        if (Prefix is not null)
        {
            Lane!.Prefixes.Release(Prefix);
            Prefix = null;
        }
    }

    /// <summary>Leaves its version: the sequences that have not started will get another one.</summary>
    public void StartOver()
    {
        ReleasePrefix();
        Lane = null;
    }

    /// <summary>Counts a completion that has ended; the last one finishes the group.</summary>
    public void CompleteOne()
    {
        if (--_unfinished == 0)
        {
            _finishedAt = Stopwatch.GetTimestamp();
            _finished.TrySetResult();
        }
    }

    /// <summary>Ends the group without a result.</summary>
    public void Fail(Exception exception) => _finished.TrySetException(exception);
}

/// <summary>Completions to be scored.</summary>
/// <param name="TokenIds">Each of shape (T), at least one token.</param>
internal sealed record GivenCompletions(IReadOnlyList<int[]> TokenIds);
