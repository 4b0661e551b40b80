using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>A native <c>const char* const*</c>: every text and the pointers to them, freed on Dispose.</summary>
internal readonly unsafe ref struct NativeTextList
{
    /// <summary>Copies texts that are already encoded and zero-terminated.</summary>
    public NativeTextList(IReadOnlyCollection<byte[]> texts)
    {
        Count = (nuint)texts.Count;
        Pointers = (byte**)NativeMemory.Alloc((nuint)((texts.Count * sizeof(byte*)) + texts.Sum(static text => text.Length)));
        var next = (byte*)(Pointers + texts.Count);
        var index = 0;
        foreach (var text in texts)
        {
            text.CopyTo(new Span<byte>(next, text.Length));
            Pointers[index++] = next;
            next += text.Length;
        }
    }

    /// <summary>Encodes and copies texts.</summary>
    public NativeTextList(IEnumerable<string> texts)
        : this(texts.Select(NativeText.Encode).ToArray())
    {
    }

    public nuint Count { get; }

    public byte** Pointers { get; }

    public void Dispose() => NativeMemory.Free(Pointers);
}
