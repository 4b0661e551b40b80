using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>Allocates tensor memory in one place.</summary>
public sealed unsafe class OrtAllocator : IDisposable
{
    private static readonly Lazy<OrtAllocator> Default = new(static () => new());

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
        Handle = new(allocator, OrtApi.Instance->ReleaseAllocator, session.Handle);
    }

    /// <summary>CPU memory outside of any session.</summary>
    public static OrtAllocator DefaultInstance => Default.Value;

    /// <summary>Null for the default allocator: the library owns that one, it must not be released.</summary>
    internal OrtHandle? Handle { get; }

    internal nint Pointer { get; }

    /// <summary>
    /// Releases the allocator, once the tensors it allocated are disposed too; a binding that holds such tensors must be cleared or disposed
    /// before the last of both. The default allocator stays usable.
    /// </summary>
    public void Dispose() => Handle?.Dispose();

    internal void Free(void* memory) => OrtStatus.Check(OrtApi.Instance->AllocatorFree(Pointer, memory));
}
