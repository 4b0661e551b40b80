using System.Numerics.Tensors;
using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>The small tensors of a decode step, allocated once for the largest batch: token ids, attention mask, logits.</summary>
internal sealed class StepTensors : IDisposable
{
    private readonly int _capacity;
    private readonly DecoderSignature _signature;
    private readonly NativeBuffer _inputIds;
    private readonly NativeBuffer _mask;
    private readonly NativeBuffer _logits;
    private readonly float[] _converted;

    /// <summary>Allocates the tensors.</summary>
    /// <param name="rows">The largest batch.</param>
    /// <param name="capacity">Tokens per sequence in the cache: the width of the mask.</param>
    /// <param name="signature">Types and V.</param>
    public StepTensors(int rows, int capacity, DecoderSignature signature)
    {
        (_capacity, _signature) = (capacity, signature);
        _inputIds = new NativeBuffer((long)rows * sizeof(long));
        _mask = new NativeBuffer((long)rows * capacity * sizeof(long));
        _logits = new NativeBuffer((long)rows * signature.VocabSize * LogitBytes);
        _converted = IsSinglePrecision ? [] : new float[rows * signature.VocabSize];
    }

    private bool IsSinglePrecision => _signature.LogitsType == TensorElementType.Float;

    private int LogitBytes => IsSinglePrecision ? sizeof(float) : sizeof(ushort);

    /// <summary>Says how many tokens a row holds.</summary>
    public void SetLength(int row, int length)
    {
        var mask = _mask.AsSpan<long>().Slice(row * _capacity, _capacity);
        mask[..length].Fill(1);
        mask[length..].Clear();
    }

    /// <summary>Writes the next token of a row.</summary>
    public void Append(int row, int position, int token)
    {
        _inputIds.AsSpan<long>()[row] = token;
        _mask.AsSpan<long>()[(row * _capacity) + position] = 1;
    }

    /// <summary>Binds the first rows.</summary>
    public void Bind(OrtIoBinding binding, int rows)
    {
        ReadOnlySpan<long> idShape = [rows, 1];
        ReadOnlySpan<long> maskShape = [rows, _capacity];
        ReadOnlySpan<long> logitShape = [rows, 1, _signature.VocabSize];
        binding.BindInput(
            DecoderSignature.InputIds, OrtMemoryInfo.Cpu, TensorElementType.Int64, idShape, _inputIds.Address, (long)rows * sizeof(long));
        binding.BindInput(
            DecoderSignature.AttentionMask, OrtMemoryInfo.Cpu, TensorElementType.Int64, maskShape, _mask.Address, (long)rows * _capacity * sizeof(long));
        binding.BindOutput(
            DecoderSignature.Logits, OrtMemoryInfo.Cpu, _signature.LogitsType, logitShape, _logits.Address, (long)rows * _signature.VocabSize * LogitBytes);
    }

    /// <summary>The logits of the first rows, shape (rows, V).</summary>
    public ReadOnlySpan<float> ReadLogits(int rows)
    {
        var count = rows * _signature.VocabSize;
        if (IsSinglePrecision)
        {
            return _logits.AsSpan<float>()[..count];
        }

        TensorPrimitives.ConvertToSingle(_logits.AsSpan<Half>()[..count], _converted);
        return _converted.AsSpan(0, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputIds.Dispose();
        _mask.Dispose();
        _logits.Dispose();
    }
}
