namespace Grpo.Engines.Onnx.Decoding;

/// <summary>
/// The seam between the scheduler and a way of running the model: rows of sequences in, logits out. Used by one thread at a time.
/// Rows are 0 .. Count - 1; the scheduler keeps its sequences in the same order.
/// </summary>
internal interface IDecoder : IDisposable
{
    /// <summary>V.</summary>
    int VocabSize { get; }

    /// <summary>Sequences now held.</summary>
    int Count { get; }

    /// <summary>Time that all steps so far have spent in the runtime's forward pass.</summary>
    TimeSpan ForwardTime { get; }

    /// <summary>Bytes of the cache that are in use.</summary>
    long CacheBytes { get; }

    /// <summary>Whether so many sequences of at most so many tokens each fit into the cache's budget.</summary>
    bool Fits(int sequences, int tokensEach);

    /// <summary>Reads a prompt once, for all the sequences that continue it.</summary>
    Prefix Prefill(ReadOnlySpan<int> prompt);

    /// <summary>A new sequence that continues a prefix; it becomes row Count - 1.</summary>
    void Join(Prefix prefix);

    /// <summary>Ends a sequence; the last row takes its place.</summary>
    void Leave(int row);

    /// <summary>Gives every sequence one more token.</summary>
    /// <param name="tokens">Shape (Count).</param>
    /// <returns>Logits after that token, shape (Count, V); valid until the next call.</returns>
    ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens);
}

/// <summary>A prompt that has been read: its cache, in a form of its decoder's, and the logits after its last token.</summary>
internal abstract class Prefix(int length, float[] logits) : IDisposable
{
    /// <summary>Tokens of the prompt.</summary>
    public int Length { get; } = length;

    /// <summary>Logits after the prompt, shape (V).</summary>
    public float[] Logits { get; } = logits;

    /// <inheritdoc/>
    public abstract void Dispose();
}
