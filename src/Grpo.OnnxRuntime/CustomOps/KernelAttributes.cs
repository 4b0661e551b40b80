using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime.CustomOps;

/// <summary>The attributes of a node of our own.</summary>
public readonly unsafe ref struct KernelAttributes
{
    private readonly nint _info;

    internal KernelAttributes(nint info) => _info = info;

    /// <summary>An integer.</summary>
    /// <exception cref="OnnxRuntimeException">The node has no integer of this name.</exception>
    public long WholeNumber(string name)
    {
        long value;
        fixed (byte* text = NativeText.Encode(name))
            OrtStatus.Check(OrtApi.Instance->KernelInfoGetAttributeInt64(_info, text, &value));
        return value;
    }

    /// <summary>A real number.</summary>
    /// <exception cref="OnnxRuntimeException">The node has no real number of this name.</exception>
    public float RealNumber(string name)
    {
        float value;
        fixed (byte* text = NativeText.Encode(name))
            OrtStatus.Check(OrtApi.Instance->KernelInfoGetAttributeFloat(_info, text, &value));
        return value;
    }
}
