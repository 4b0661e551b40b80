namespace Grpo.Engines.Onnx.Parameters;

/// <summary>Native memory with several users: given back when the last of them has let go.</summary>
/// <param name="owner">What holds the memory; disposed with the last use.</param>
/// <param name="address">The first byte.</param>
/// <param name="bytes">Its length.</param>
internal sealed class SharedMemory(IDisposable owner, nint address, long bytes) : IDisposable
{
    private int _users = 1;

    /// <summary>The first byte; valid while somebody uses the memory.</summary>
    public nint Address { get; } = address;

    /// <summary>Its length.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>One user more. Only somebody who uses the memory may call this.</summary>
    public SharedMemory Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>A part of it, which is one more user of the whole.</summary>
    public SharedMemory Part(long offset, long length) => new(Share(), Address + (nint)offset, length);

    /// <summary>Ends one use.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0) owner.Dispose();
    }
}
