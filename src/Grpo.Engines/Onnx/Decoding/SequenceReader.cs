using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>Takes the logits of consecutive positions of a sequence.</summary>
/// <param name="firstPosition">The first position, from 0.</param>
/// <param name="logits">Shape (positions, V); valid during the call.</param>
internal delegate void LogitsReceiver(int firstPosition, ReadOnlySpan<float> logits);

/// <summary>
/// Reads one sequence from its first token on, in chunks: prompts, and sequences to be scored. Works for every graph, whether it appends to its cache
/// in place or answers a longer one. Used by one thread at a time.
/// </summary>
/// <param name="model">The session and its signature.</param>
/// <param name="chunk">Tokens of one forward pass, at least 1; null chooses by what the logits of a pass take.</param>
internal sealed class SequenceReader(DecoderModel model, int? chunk = null) : IDisposable
{
    // Attention of one long chunk grows with its square, its logits with chunk x V: a bounded chunk bounds both.
    private const int LongestChunk = 512;
    private const int ShortestChunk = 32;
    private const long LogitBytes = 1L << 26;

    private readonly RunOptions _runOptions = new();

    /// <summary>Reads a prompt.</summary>
    /// <param name="tokens">At least one token.</param>
    /// <returns>Its cache and the logits after its last token.</returns>
    public Prefix ReadPrompt(ReadOnlySpan<int> tokens)
    {
        var logits = new float[model.Signature.VocabSize];
        return new SlotPrefix(Read(tokens, logits, null), tokens.Length, logits);
    }

    /// <summary>Reads a sequence and hands out the logits of all its positions, a chunk at a time.</summary>
    /// <param name="tokens">At least one token.</param>
    /// <param name="receive">Called with consecutive parts; together they cover every position.</param>
    public void ReadLogits(ReadOnlySpan<int> tokens, LogitsReceiver receive) => Read(tokens, [], receive).Dispose();

    /// <inheritdoc/>
    public void Dispose() => _runOptions.Dispose();

    private KvSlots Read(ReadOnlySpan<int> tokens, Span<float> lastLogits, LogitsReceiver? receive)
    {
        var layout = model.Signature.Cache;
        var longest = model.ReadsPromptsWhole ? tokens.Length : chunk ?? ChunkFor(everyLogit: receive is not null);
        var cache = new KvSlots(layout, rows: 1, model.AppendsInPlace ? tokens.Length : 0);
        try
        {
            for (var (start, end) = (0, 0); start < tokens.Length; start = end)
            {
                end = Math.Min(start + longest, tokens.Length);
                var grown = model.AppendsInPlace ? cache : new KvSlots(layout, rows: 1, end);
                try
                {
                    ReadChunk(cache, grown, tokens[start..end], start, lastLogits, receive);
                }
                finally
                {
                    if (grown != cache)
                    {
                        cache.Dispose();
                        cache = grown;
                    }
                }
            }

            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    private void ReadChunk(KvSlots past, KvSlots present, ReadOnlySpan<int> chunk, int start, Span<float> lastLogits, LogitsReceiver? receive)
    {
        var total = start + chunk.Length;
        using var tensors = new PassTensors(model.Signature, rows: 1, chunk.Length, total, everyLogit: receive is not null);
        for (var i = 0; i < chunk.Length; i++)
        {
            tensors.SetToken(i, chunk[i], start + i);
        }

        tensors.SetMask(0, total, isValid: true);
        var session = start == 0 ? model.PromptSession : model.Session;
        using var binding = session.CreateIoBinding();
        tensors.Bind(binding, rows: 1, chunk.Length, total, hasPast: start > 0);
        for (var i = 0; i < model.Signature.Cache.TensorCount; i++)
        {
            if (start > 0 || !model.ReadsPromptsWhole)
            {
                past.BindPast(binding, i, model.Signature.PastNames[i], rows: 1);
            }

            present.BindPresent(binding, i, model.Signature.PresentNames[i], rows: 1);
        }

        session.RunWithBinding(_runOptions, binding);
        receive?.Invoke(start, tensors.Logits(0, tensors.LogitRows));
        if (!lastLogits.IsEmpty)
        {
            tensors.Logits(tensors.LogitRows - 1, 1).CopyTo(lastLogits);
        }
    }

    private int ChunkFor(bool everyLogit)
    {
        var signature = model.Signature;
        var answersLastOnly = signature.AnswersLastPositionOnly || (signature.LogitsToKeep is not null && !everyLogit);
        return answersLastOnly ? LongestChunk : (int)Math.Clamp(LogitBytes / sizeof(float) / signature.VocabSize, ShortestChunk, LongestChunk);
    }
}
