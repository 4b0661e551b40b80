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

    internal void AddPrefill(int tokens, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _totals = _totals with { PrefillTokens = _totals.PrefillTokens + tokens, PrefillTime = _totals.PrefillTime + elapsed };
        }
    }

    internal void AddStep(int sequences, TimeSpan forward, TimeSpan whole)
    {
        lock (_gate)
        {
            _totals = _totals with
            {
                Steps = _totals.Steps + 1,
                DecodedTokens = _totals.DecodedTokens + sequences,
                ForwardTime = _totals.ForwardTime + forward,
                DecodeTime = _totals.DecodeTime + whole,
            };
        }
    }
}

/// <summary>Totals of a decode loop.</summary>
/// <param name="Steps">Decode steps.</param>
/// <param name="DecodedTokens">Tokens sampled from decode steps.</param>
/// <param name="PrefillTokens">Prompt tokens read.</param>
/// <param name="PrefillTime">Time reading prompts.</param>
/// <param name="ForwardTime">Time of decode steps spent in the runtime's forward pass.</param>
/// <param name="DecodeTime">Time of decode steps in all: forward pass, sampling, bookkeeping.</param>
public readonly record struct DecodeTotals(
    long Steps, long DecodedTokens, long PrefillTokens, TimeSpan PrefillTime, TimeSpan ForwardTime, TimeSpan DecodeTime);
