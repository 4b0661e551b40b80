using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>A native <c>const OrtValue* const*</c> that holds each value for the length of one call.</summary>
internal unsafe ref struct OrtValueList
{
    private readonly IReadOnlyList<OrtValue> _values;
    private int _held;

    public OrtValueList(IReadOnlyList<OrtValue> values)
    {
        _values = values;
        Pointers = (nint*)NativeMemory.Alloc((nuint)values.Count, (nuint)sizeof(nint));
        try
        {
            for (; _held < values.Count; _held++)
                Pointers[_held] = values[_held].Handle.Acquire();
        }
        catch (ObjectDisposedException)
        {
            Dispose();
            throw;
        }
    }

    public nint* Pointers { get; }

    public readonly void Dispose()
    {
        for (var index = 0; index < _held; index++)
            _values[index].Handle.DangerousRelease();
        NativeMemory.Free(Pointers);
    }
}
