using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>
/// Any native object that ONNX Runtime hands to us to release. A call takes it through <see cref="Use"/>, so that a concurrent
/// <c>Dispose</c> waits for the call, and a call after <c>Dispose</c> throws <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed unsafe class OrtHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;
    private readonly OrtHandle? _owner;
    private volatile bool _disposed;

    /// <summary>Takes ownership of a native object.</summary>
    /// <param name="value">The native pointer.</param>
    /// <param name="release">The table's release function for this type.</param>
    /// <param name="owner">What must outlive this object, such as the session of a binding.</param>
    public OrtHandle(nint value, delegate* unmanaged<nint, void> release, OrtHandle? owner = null)
        : base(0, ownsHandle: true)
    {
        SetHandle(value);
        _release = release;
        owner?.Acquire();
        _owner = owner;
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Holds the native object for the length of one call.</summary>
    public Lease Use() => new(this);

    /// <summary>Adds a reference, to be given back by DangerousRelease, and returns the native pointer.</summary>
    /// <exception cref="ObjectDisposedException">Dispose was called, even if other references keep the native object alive.</exception>
    public nint Acquire()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var added = false;
        DangerousAddRef(ref added);
        return handle;
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        _release(handle);
        _owner?.DangerousRelease();
        return true;
    }

    /// <summary>A borrowed native pointer. The default value is the null pointer.</summary>
    public readonly ref struct Lease
    {
        private readonly OrtHandle? _handle;

        public Lease(OrtHandle handle)
        {
            Value = handle.Acquire();
            _handle = handle;
        }

        public nint Value { get; }

        public void Dispose() => _handle?.DangerousRelease();
    }
}
