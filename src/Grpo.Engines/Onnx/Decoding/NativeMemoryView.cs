using System.Buffers;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>Native memory for interfaces that want a <see cref="Memory{T}"/>. Does not own it.</summary>
internal sealed unsafe class NativeMemoryView(nint address, int bytes) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new((void*)address, bytes);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)address + elementIndex);

    /// <inheritdoc/>
    public override void Unpin() { }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) { }
}
