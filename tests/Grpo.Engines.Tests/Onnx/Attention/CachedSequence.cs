using Grpo.Engines.Onnx.Attention;

namespace Grpo.Engines.Tests.Onnx.Attention;

/// <summary>A sequence in the cache together with everything that was ever put into it, for the slow reference.</summary>
internal sealed class CachedSequence(BlockTable table) : IDisposable
{
    public BlockTable Table => table;

    /// <summary>Keys of every token, turned by its position, (key heads · head size) each.</summary>
    public List<double[]> RotatedKeys { get; } = [];

    public List<float[]> Values { get; } = [];

    public CachedSequence Fork(int capacity)
    {
        var fork = new CachedSequence(table.Fork(capacity));
        fork.RotatedKeys.AddRange(RotatedKeys);
        fork.Values.AddRange(Values);
        return fork;
    }

    public void Dispose() => table.Dispose();
}
