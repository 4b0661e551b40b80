using Grpo.Engines.Onnx.Attention;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>A prompt in the cache's blocks, which the sequences that continue it share.</summary>
/// <param name="group">A number of its own, by which its sequences are kept together.</param>
/// <param name="table">Its blocks.</param>
/// <param name="logits">Logits after it, shape (V).</param>
internal sealed class GroupPrefix(long group, BlockTable table, float[] logits) : Prefix(table.Length, logits)
{
    /// <summary>A number of its own.</summary>
    public long Group => group;

    /// <summary>Its blocks.</summary>
    public BlockTable Table => table;

    /// <inheritdoc/>
    public override void Dispose() => table.Dispose();
}
