using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Tests;

internal static class Tensors
{
    /// <summary>A CPU tensor of these values.</summary>
    public static OrtValue Of(long[] shape, params ReadOnlySpan<float> values)
    {
        var tensor = OrtValue.CreateAllocatedTensor(TensorElementType.Float, shape);
        values.CopyTo(tensor.GetTensorMutableDataAsSpan<float>());
        return tensor;
    }

    public static float[] Floats(this OrtValue tensor) => tensor.GetTensorDataAsSpan<float>().ToArray();
}

/// <summary>Native memory full of one float: what a caller brings along.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private readonly float* _memory;
    private readonly int _count;

    public NativeFloats(int count, float value)
    {
        _count = count;
        _memory = (float*)NativeMemory.Alloc((nuint)count, sizeof(float));
        Fill(value);
    }

    public nint Address => (nint)_memory;

    public long Bytes => _count * (long)sizeof(float);

    public Span<float> Span => new(_memory, _count);

    public void Fill(float value) => Span.Fill(value);

    public OrtValue Tensor(params ReadOnlySpan<long> shape) =>
        OrtValue.CreateTensorWithData(OrtMemoryInfo.Cpu, TensorElementType.Float, shape, Address, Bytes);

    public void Dispose() => NativeMemory.Free(_memory);
}
