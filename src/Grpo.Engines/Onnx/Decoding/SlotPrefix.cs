namespace Grpo.Engines.Onnx.Decoding;

/// <summary>A prompt whose cache is a row of the graph's own cache inputs, to be copied by every sequence that continues it.</summary>
internal sealed class SlotPrefix(KvSlots cache, int length, float[] logits) : Prefix(length, logits)
{
    /// <summary>The prompt's keys and values, one row.</summary>
    public KvSlots Cache { get; } = cache;

    /// <inheritdoc/>
    public override void Dispose() => Cache.Dispose();
}
