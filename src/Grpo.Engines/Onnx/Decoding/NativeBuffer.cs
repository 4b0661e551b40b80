using System.Runtime.InteropServices;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>A block of native memory: never moved, never zeroed, given back to the system as a whole.</summary>
internal sealed unsafe partial class NativeBuffer : SafeHandle
{
    // One cache line; vector loads of ONNX Runtime's kernels then never straddle two.
    private const nuint Alignment = 64;

    // Of x64 and of Arm with pages of 4 KiB.
    private const nuint LargePage = 2 << 20;

    private const int AdviseLargePages = 14; // MADV_HUGEPAGE, Linux's asm-generic/mman-common.h

    /// <summary>Allocates a block.</summary>
    /// <param name="bytes">Its size, at least 1.</param>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public NativeBuffer(long bytes) : base(IntPtr.Zero, ownsHandle: true)
    {
        Bytes = bytes;
        var isLarge = (nuint)bytes >= LargePage;
        SetHandle((IntPtr)NativeMemory.AlignedAlloc((nuint)bytes, isLarge ? LargePage : Alignment));
        if (isLarge && OperatingSystem.IsLinux())
        {
            // Weights are read from end to end at every step: with small pages, some of that time is spent on looking up where they are. A refusal costs no more than that.
            _ = Advise(handle, (nuint)bytes / LargePage * LargePage, AdviseLargePages);
        }
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

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(IntPtr address, nuint bytes, int advice);
}
