namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>What the decode loop has done since it started. Written by its thread, read by any.</summary>
public sealed class DecodeCounters
{
    private readonly Lock _gate = new();
    private DecodeTotals _totals;

    /// <summary>A consistent reading.</summary>
    public DecodeTotals Read()
    {
        lock (_gate)
        {
            return _totals;
        }
    }

    /// <summary>Counts a prompt that was read.</summary>
    internal void AddPrefill(int tokens, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _totals = _totals with { PrefillTokens = _totals.PrefillTokens + tokens, PrefillTime = _totals.PrefillTime + elapsed };
        }
    }

    /// <summary>Counts a prompt that had been read before.</summary>
    internal void AddReuse(int tokens)
    {
        lock (_gate)
        {
            _totals = _totals with { ReusedPrompts = _totals.ReusedPrompts + 1, ReusedTokens = _totals.ReusedTokens + tokens };
        }
    }

    /// <summary>Counts the first token of a sequence, which comes from its prompt's logits.</summary>
    internal void AddFirst(bool isGiven)
    {
        lock (_gate)
        {
            _totals = isGiven ? _totals with { ScoredTokens = _totals.ScoredTokens + 1 } : _totals with { SampledTokens = _totals.SampledTokens + 1 };
        }
    }

    /// <summary>Counts a decode step.</summary>
    /// <param name="sequences">Sequences of the step, a token each.</param>
    /// <param name="given">How many of the tokens were given, to be scored.</param>
    /// <param name="forward">Time in the runtime's forward pass.</param>
    /// <param name="whole">Time in all.</param>
    internal void AddStep(int sequences, int given, TimeSpan forward, TimeSpan whole)
    {
        lock (_gate)
        {
            _totals = _totals with
            {
                Steps = _totals.Steps + 1,
                DecodedTokens = _totals.DecodedTokens + sequences,
                SampledTokens = _totals.SampledTokens + sequences - given,
                ScoredTokens = _totals.ScoredTokens + given,
                ForwardTime = _totals.ForwardTime + forward,
                DecodeTime = _totals.DecodeTime + whole,
            };
        }
    }
}

/// <summary>Totals of a decode loop.</summary>
public readonly record struct DecodeTotals
{
    /// <summary>Decode steps.</summary>
    public long Steps { get; init; }

    /// <summary>Tokens that came from decode steps, sampled or scored: all but the first of each sequence.</summary>
    public long DecodedTokens { get; init; }

    /// <summary>Tokens sampled.</summary>
    public long SampledTokens { get; init; }

    /// <summary>Tokens scored.</summary>
    public long ScoredTokens { get; init; }

    /// <summary>Prompt tokens read.</summary>
    public long PrefillTokens { get; init; }

    /// <summary>Groups whose prompt had been read before.</summary>
    public long ReusedPrompts { get; init; }

    /// <summary>Prompt tokens that were not read, because they had been before.</summary>
    public long ReusedTokens { get; init; }

    /// <summary>Time reading prompts.</summary>
    public TimeSpan PrefillTime { get; init; }

    /// <summary>Time of decode steps spent in the runtime's forward pass.</summary>
    public TimeSpan ForwardTime { get; init; }

    /// <summary>Time of decode steps in all: forward pass, sampling, bookkeeping.</summary>
    public TimeSpan DecodeTime { get; init; }
}
