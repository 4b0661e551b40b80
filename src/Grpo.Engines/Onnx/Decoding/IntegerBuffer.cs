using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>The memory of an input of whole numbers, int64 or int32 as the graph wants them.</summary>
/// <param name="input">The input.</param>
/// <param name="count">Numbers it holds, at least 1.</param>
internal sealed class IntegerBuffer(IntegerInput input, int count) : IDisposable
{
    private readonly NativeBuffer _buffer = new((long)count * input.Type.SizeInBytes());
    private readonly bool _isLong = input.Type == TensorElementType.Int64;

    /// <summary>Writes one number.</summary>
    public void Set(int index, int value)
    {
        if (_isLong)
        {
            _buffer.AsSpan<long>()[index] = value;
        }
        else
        {
            _buffer.AsSpan<int>()[index] = value;
        }
    }

    /// <summary>Writes the same number several times.</summary>
    public void Fill(int start, int length, int value)
    {
        if (_isLong)
        {
            _buffer.AsSpan<long>().Slice(start, length).Fill(value);
        }
        else
        {
            _buffer.AsSpan<int>().Slice(start, length).Fill(value);
        }
    }

    /// <summary>Binds it in a shape of as many numbers or fewer.</summary>
    public void Bind(OrtIoBinding binding, ReadOnlySpan<long> shape) =>
        binding.BindInput(input.Name, OrtMemoryInfo.Cpu, input.Type, shape, _buffer.Address, _buffer.Bytes);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();
}
