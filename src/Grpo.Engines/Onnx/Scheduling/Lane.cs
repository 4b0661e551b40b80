using System.Diagnostics;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Sampling;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>
/// One version of the weights at work: its decoder, the prompts it has read, and its batch. Usually there is one; during an update the old one finishes
/// its sequences beside the new one, and a pinned version stays. Used by the scheduler's thread alone, but for <see cref="Pins"/>.
/// </summary>
/// <param name="version">The version of the weights.</param>
/// <param name="decoder">Owned by the lane.</param>
/// <param name="prefixCacheTokens">Tokens of prompts kept after their last use.</param>
/// <param name="contextLength">The most tokens of a prompt and its completion together.</param>
/// <param name="session">What the decoder runs on; disposed after it.</param>
internal sealed class Lane(int version, IDecoder decoder, long prefixCacheTokens, int contextLength, IDisposable? session = null) : IDisposable
{
    private readonly List<Sequence> _active = [];

    /// <summary>The version of the weights.</summary>
    public int Version => version;

    /// <summary>The decoder.</summary>
    public IDecoder Decoder => decoder;

    /// <summary>The prompts that this version has read.</summary>
    public PrefixCache Prefixes { get; } = new(decoder, prefixCacheTokens);

    /// <summary>The sequences in the batch; their order is that of the decoder's rows.</summary>
    public IReadOnlyList<Sequence> Active => _active;

    /// <summary>How many keep this version addressable: the policy while it is the current one, and snapshots. Guarded by the scheduler.</summary>
    public int Pins { get; set; }

    /// <summary>Draws the first token of a sequence from its prompt and, unless that ends it, adds it to the batch.</summary>
    public void Start(Sequence sequence, RowSampler sampler)
    {
        sequence.PolicyVersion = version;
        var prefix = sequence.Job.Prefix!;
        if (!EndsWith(sequence, sampler.Draw(sequence, prefix.Logits)))
        {
            decoder.Join(prefix);
            _active.Add(sequence);
        }
    }

    /// <summary>Gives every sequence of the batch its next token.</summary>
    /// <param name="tokens">A workspace for one token per sequence.</param>
    /// <param name="drawn">Another.</param>
    /// <param name="sampler">Draws them.</param>
    /// <param name="counters">Counts the step.</param>
    public void DecodeStep(Span<int> tokens, DrawnToken?[] drawn, RowSampler sampler, DecodeCounters counters)
    {
        var (started, forwardBefore, batch, given) = (Stopwatch.GetTimestamp(), decoder.ForwardTime, _active.Count, 0);
        for (var row = 0; row < batch; row++)
        {
            tokens[row] = _active[row].LastToken;
            if (_active[row].Job.Given is not null) given++;
        }

        sampler.Draw(_active, decoder.Step(tokens[..batch]), drawn);
        for (var row = batch - 1; row >= 0; row--)
        {
            if (EndsWith(_active[row], drawn[row]))
            {
                Leave(row);
            }
        }

        counters.AddStep(batch, given, decoder.ForwardTime - forwardBefore, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Takes out of the batch the sequences for which nobody waits any more.</summary>
    public void DropAbandoned()
    {
        for (var row = _active.Count - 1; row >= 0; row--)
        {
            if (_active[row].Job.IsAbandoned) Leave(row);
        }
    }

    /// <summary>Ends sequences of the batch where they are; what they have so far is their completion.</summary>
    public void Cancel(Predicate<GroupJob> which)
    {
        for (var row = _active.Count - 1; row >= 0; row--)
        {
            var sequence = _active[row];
            if (!which(sequence.Job)) continue;
            sequence.Cancel();
            sequence.Job.CompleteOne();
            Leave(row);
        }
    }

    /// <summary>Fails the groups of the batch and empties it.</summary>
    public void Fail(Exception exception)
    {
        foreach (var sequence in _active)
        {
            sequence.Job.Fail(exception);
        }

        _active.Clear();
        while (decoder.Count > 0)
        {
            decoder.Leave(decoder.Count - 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Prefixes.Dispose();
        decoder.Dispose();
        session?.Dispose();
    }

    // A model that answers no distribution fails the group it did so for, and no other.
    private bool EndsWith(Sequence sequence, DrawnToken? drawn)
    {
        if (drawn is not { } token)
        {
            var exception = new NonFiniteLogitsException();
            sequence.Job.Fail(new PolicyUnavailableException(exception.Message, exception));
            return true;
        }

        if (!sequence.Append(token, contextLength))
        {
            return false;
        }

        sequence.Job.CompleteOne();
        return true;
    }

    // The last row takes the place of the one that leaves, here as in the decoder.
    private void Leave(int row)
    {
        decoder.Leave(row);
        _active[row] = _active[^1];
        _active.RemoveAt(_active.Count - 1);
    }
}
