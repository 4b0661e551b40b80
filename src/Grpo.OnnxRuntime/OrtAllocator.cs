using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>Allocates tensor memory in one place.</summary>
public sealed unsafe class OrtAllocator : IDisposable
{
    private static readonly Lazy<OrtAllocator> Default = new(static () => new());

    // Null for the default allocator: the library owns that one, it must not be released.
    private readonly OrtHandle? _handle;

    private OrtAllocator()
    {
        nint allocator;
        OrtStatus.Check(OrtApi.Instance->GetAllocatorWithDefaultOptions(&allocator));
        Pointer = allocator;
    }

    /// <summary>The allocator a session uses for a place, for example a GPU's memory for a key-value cache.</summary>
    /// <exception cref="OnnxRuntimeException">The session has no execution provider with an allocator for <paramref name="memoryInfo"/>.</exception>
    public OrtAllocator(InferenceSession session, OrtMemoryInfo memoryInfo)
    {
        using var owner = session.Handle.Use();
        using var place = memoryInfo.Handle.Use();
        nint allocator;
        OrtStatus.Check(OrtApi.Instance->CreateAllocator(owner.Value, place.Value, &allocator));
        Pointer = allocator;
        _handle = new(allocator, OrtApi.Instance->ReleaseAllocator, session.Handle);
    }

    /// <summary>CPU memory outside of any session.</summary>
    public static OrtAllocator DefaultInstance => Default.Value;

    internal nint Pointer { get; }

    /// <summary>Releases the allocator. Tensors it allocated stay valid. The default allocator stays usable.</summary>
    public void Dispose() => _handle?.Dispose();

    internal OrtHandle.Lease Use() => _handle is null ? default : _handle.Use();

    internal void Free(void* memory) => OrtStatus.Check(OrtApi.Instance->AllocatorFree(Pointer, memory));
}
