using Grpo.Engines.Onnx.Decoding;

namespace Grpo.Engines.Tests.Onnx.Scheduling;

/// <summary>A decoder whose logits are a fixed function of a sequence's tokens, so that a mix-up of rows shows in what is sampled.</summary>
internal sealed class FakeDecoder(int maxSequences) : IDecoder
{
    private readonly List<List<int>> _rows = [];
    private readonly Dictionary<Prefix, int[]> _prompts = [];
    private float[] _logits = [];

    public const int Eos = 0;

    public int VocabSize => 16;

    public int Count => _rows.Count;

    public TimeSpan ForwardTime => TimeSpan.Zero;

    public long CacheBytes => _rows.Sum(row => row.Count);

    public int LargestBatch { get; private set; }

    public List<int[]> Prefilled { get; } = [];

    /// <summary>Called before each step with the number of rows; may block or throw.</summary>
    public Action<int>? BeforeStep { get; set; }

    /// <summary>Called before each question for room; by whoever queues a group, then by the scheduler.</summary>
    public Action? BeforeFits { get; set; }

    /// <summary>A token after which the model answers NaN.</summary>
    public int? PoisonPrompt { get; init; }

    public bool IsDisposed { get; private set; }

    public bool Fits(int sequences, int tokensEach)
    {
        BeforeFits?.Invoke();
        return sequences <= maxSequences && tokensEach <= 1_000;
    }

    public Prefix Prefill(ReadOnlySpan<int> prompt)
    {
        Prefilled.Add(prompt.ToArray());
        var prefix = new FakePrefix(prompt.Length, new float[VocabSize]);
        LogitsAfter([.. prompt], prefix.Logits);
        _prompts.Add(prefix, prompt.ToArray());
        return prefix;
    }

    public void Join(Prefix prefix)
    {
        _rows.Add([.. _prompts[prefix]]);
        LargestBatch = Math.Max(LargestBatch, Count);
    }

    public void Leave(int row)
    {
        _rows[row] = _rows[^1];
        _rows.RemoveAt(_rows.Count - 1);
    }

    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens)
    {
        BeforeStep?.Invoke(Count);
        _logits = new float[Count * VocabSize];
        for (var row = 0; row < Count; row++)
        {
            _rows[row].Add(tokens[row]);
            LogitsAfter(_rows[row], _logits.AsSpan(row * VocabSize, VocabSize));
        }

        return _logits;
    }

    public void Dispose() => IsDisposed = true;

    private sealed class FakePrefix(int length, float[] logits) : Prefix(length, logits)
    {
        public override void Dispose()
        {
        }
    }

    private void LogitsAfter(List<int> tokens, Span<float> logits)
    {
        var hash = tokens.Aggregate(17u, (sum, token) => (sum * 31) + (uint)token + 1);
        for (var id = 0; id < logits.Length; id++)
        {
            hash = (hash * 1664525) + 1013904223;
            logits[id] = (hash >> 8) / (float)(1 << 24) * 4;
        }

        if (tokens[0] == PoisonPrompt)
        {
            logits.Fill(float.NaN);
        }
    }
}
