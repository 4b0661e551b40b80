using System.Runtime.InteropServices;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>A block of native memory: never moved, never zeroed, given back to the system as a whole.</summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    // One cache line; vector loads of ONNX Runtime's kernels then never straddle two.
    private const nuint Alignment = 64;

    /// <summary>Allocates a block.</summary>
    /// <param name="bytes">Its size, at least 1.</param>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public NativeBuffer(long bytes) : base(IntPtr.Zero, ownsHandle: true)
    {
        Bytes = bytes;
        SetHandle((IntPtr)NativeMemory.AlignedAlloc((nuint)bytes, Alignment));
    }

    /// <summary>The block's size.</summary>
    public long Bytes { get; }

    /// <summary>Where the block begins; valid until it is disposed.</summary>
    public IntPtr Address => handle;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>The block as elements.</summary>
    public Span<T> AsSpan<T>() where T : unmanaged => new((void*)handle, checked((int)(Bytes / sizeof(T))));

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
