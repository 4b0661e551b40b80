using System.Numerics.Tensors;
using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>
/// Everything that goes into and comes out of a forward pass but the cache, allocated once for the largest pass: token ids, attention mask, the inputs
/// that only some graphs have (positions, logits to keep, cache branch), and the logits.
/// </summary>
internal sealed class PassTensors : IDisposable
{
    private static readonly long[] One = [1];

    private readonly DecoderSignature _signature;
    private readonly IntegerBuffer _inputIds;
    private readonly IntegerBuffer _mask;
    private readonly IntegerBuffer? _positions;
    private readonly IntegerBuffer? _logitsToKeep;
    private readonly NativeBuffer? _useCacheBranch;
    private readonly NativeBuffer _logits;
    private readonly float[] _converted;

    /// <summary>Allocates the tensors.</summary>
    /// <param name="signature">Names, types and V.</param>
    /// <param name="rows">The largest batch.</param>
    /// <param name="tokens">New tokens of a row.</param>
    /// <param name="width">The widest mask.</param>
    /// <param name="everyLogit">Whether all positions are to be answered and not only the last of each row.</param>
    public PassTensors(DecoderSignature signature, int rows, int tokens, int width, bool everyLogit)
    {
        _signature = signature;
        _inputIds = new IntegerBuffer(signature.InputIds, rows * tokens);
        _mask = new IntegerBuffer(signature.AttentionMask, rows * width);
        _positions = signature.PositionIds is { } positions ? new IntegerBuffer(positions, rows * tokens) : null;
        if (signature.LogitsToKeep is { } keep)
        {
            _logitsToKeep = new IntegerBuffer(keep, 1);
            _logitsToKeep.Set(0, everyLogit ? 0 : 1);
        }

        _useCacheBranch = signature.UseCacheBranch is null ? null : new NativeBuffer(sizeof(bool));
        LogitRows = signature.AnswersLastPositionOnly || (signature.LogitsToKeep is not null && !everyLogit) ? 1 : tokens;
        _logits = new NativeBuffer((long)rows * LogitRows * signature.VocabSize * signature.LogitsType.SizeInBytes());
        _converted = signature.LogitsType == TensorElementType.Float ? [] : new float[rows * (everyLogit ? LogitRows : 1) * signature.VocabSize];
    }

    /// <summary>Positions of a row that get logits: all its new tokens, or the last alone.</summary>
    public int LogitRows { get; }

    /// <summary>Writes a new token.</summary>
    /// <param name="index">Its place among the new tokens of all rows.</param>
    /// <param name="token">The token.</param>
    /// <param name="position">Its place in its sequence, from 0.</param>
    public void SetToken(int index, int token, int position)
    {
        _inputIds.Set(index, token);
        _positions?.Set(index, position);
    }

    /// <summary>Writes a part of the attention mask.</summary>
    /// <param name="start">The first place, counted through all rows.</param>
    /// <param name="length">Places.</param>
    /// <param name="isValid">Whether there are tokens.</param>
    public void SetMask(int start, int length, bool isValid) => _mask.Fill(start, length, isValid ? 1 : 0);

    /// <summary>Binds a pass.</summary>
    /// <param name="binding">Where.</param>
    /// <param name="rows">The batch.</param>
    /// <param name="tokens">New tokens of each row.</param>
    /// <param name="width">The width of the mask.</param>
    /// <param name="hasPast">Whether the rows hold tokens already.</param>
    public void Bind(OrtIoBinding binding, int rows, int tokens, int width, bool hasPast)
    {
        ReadOnlySpan<long> idShape = [rows, tokens];
        ReadOnlySpan<long> maskShape = [rows, width];
        ReadOnlySpan<long> logitShape = [rows, Math.Min(tokens, LogitRows), _signature.VocabSize];
        _inputIds.Bind(binding, idShape);
        _mask.Bind(binding, maskShape);
        _positions?.Bind(binding, idShape);
        _logitsToKeep?.Bind(binding, One.AsSpan(0, _signature.LogitsToKeep!.Rank));
        if (_useCacheBranch is not null)
        {
            _useCacheBranch.AsSpan<bool>()[0] = hasPast;
            binding.BindInput(_signature.UseCacheBranch!, OrtMemoryInfo.Cpu, TensorElementType.Bool, One, _useCacheBranch.Address, _useCacheBranch.Bytes);
        }

        binding.BindOutput(_signature.Logits, OrtMemoryInfo.Cpu, _signature.LogitsType, logitShape, _logits.Address, _logits.Bytes);
    }

    /// <summary>Logits of the last pass as float32, whatever the model answers.</summary>
    /// <param name="start">The first position, counted through all rows.</param>
    /// <param name="count">Positions.</param>
    /// <returns>Shape (count, V); valid until the next pass.</returns>
    public ReadOnlySpan<float> Logits(int start, int count)
    {
        var (first, length) = (start * _signature.VocabSize, count * _signature.VocabSize);
        switch (_signature.LogitsType)
        {
            case TensorElementType.Float:
                return _logits.AsSpan<float>().Slice(first, length);
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToSingle(_logits.AsSpan<Half>().Slice(first, length), _converted);
                break;
            default: // bfloat16 is the upper half of a float32
                var upper = _logits.AsSpan<ushort>().Slice(first, length);
                for (var i = 0; i < upper.Length; i++)
                {
                    _converted[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
        }

        return _converted.AsSpan(0, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputIds.Dispose();
        _mask.Dispose();
        _positions?.Dispose();
        _logitsToKeep?.Dispose();
        _useCacheBranch?.Dispose();
        _logits.Dispose();
    }
}
