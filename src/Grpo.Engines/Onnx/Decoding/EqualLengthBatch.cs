using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>Sequences of one length, decoded together by a graph that answers its cache one token longer.</summary>
/// <param name="model">The session and its signature.</param>
/// <param name="length">Tokens that each sequence holds.</param>
internal sealed class EqualLengthBatch(DecoderModel model, int length) : IDisposable
{
    // Steps between two allocations.
    private const int GrowthStep = 64;

    private readonly List<int> _rows = [];
    private GrowingCache _past = Shaped(model.Signature.Cache, length);
    private GrowingCache _present = new(model.Signature.Cache);
    private PassTensors? _tensors;
    private (int Rows, int Width) _room;

    /// <summary>The decoder's row of each sequence, in the order of this batch.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>Tokens that each sequence holds.</summary>
    public int Length => _past.Length;

    /// <summary>Adds a sequence.</summary>
    /// <param name="row">Its row in the decoder.</param>
    /// <param name="prefix">Its tokens so far, <see cref="Length"/> of them.</param>
    public void Add(int row, Prefix prefix)
    {
        _past.SetRow(_rows.Count, ((SlotPrefix)prefix).Cache);
        _rows.Add(row);
    }

    /// <summary>Drops a sequence.</summary>
    /// <param name="index">Its place in this batch, which the last one takes.</param>
    public void RemoveAt(int index)
    {
        _past.RemoveRow(index, _rows.Count);
        _rows[index] = _rows[^1];
        _rows.RemoveAt(_rows.Count - 1);
    }

    /// <summary>Says that a sequence has got another row in the decoder.</summary>
    public void Renumber(int index, int row) => _rows[index] = row;

    /// <summary>Writes the next token of every sequence and binds the step.</summary>
    /// <param name="binding">Where.</param>
    /// <param name="tokens">The next token of each row of the decoder.</param>
    public void Bind(OrtIoBinding binding, ReadOnlySpan<int> tokens)
    {
        var rows = Math.Max(_rows.Count, model.SmallestBatch);
        MakeRoom(rows);
        _past.FillUp(rows);
        for (var index = 0; index < _rows.Count; index++)
        {
            _tensors!.SetToken(index, tokens[_rows[index]], Length);
        }

        for (var index = _rows.Count; index < rows; index++)
        {
            _tensors!.SetToken(index, tokens[_rows[0]], Length); // copies of the first sequence, which nobody reads
        }

        _tensors!.Bind(binding, rows, tokens: 1, Length + 1, hasPast: true);
        _present.Reshape(rows, Length + 1, GrowthStep);
        var signature = model.Signature;
        var cache = signature.Cache;
        for (var i = 0; i < cache.TensorCount; i++)
        {
            ReadOnlySpan<long> past = [rows, cache.Heads, Length, cache.HeadSize];
            ReadOnlySpan<long> present = [rows, cache.Heads, Length + 1, cache.HeadSize];
            binding.BindInput(signature.PastNames[i], OrtMemoryInfo.Cpu, cache.ElementType, past, _past.Tensor(i), _past.TensorBytes);
            binding.BindOutput(signature.PresentNames[i], OrtMemoryInfo.Cpu, cache.ElementType, present, _present.Tensor(i), _present.TensorBytes);
        }
    }

    /// <summary>Takes over what the step answered.</summary>
    /// <returns>Logits, shape (sequences, V); valid until the next step.</returns>
    public ReadOnlySpan<float> Complete()
    {
        (_past, _present) = (_present, _past);
        return _tensors!.Logits(0, _rows.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _past.Dispose();
        _present.Dispose();
        _tensors?.Dispose();
    }

    private static GrowingCache Shaped(KvLayout layout, int length)
    {
        var cache = new GrowingCache(layout);
        cache.Reshape(rows: 0, length, ahead: 0);
        return cache;
    }

    // Every position of the mask is valid, so its content is the same in any shape.
    private void MakeRoom(int rows)
    {
        if (rows <= _room.Rows && Length < _room.Width)
        {
            return;
        }

        _room = (Math.Max(rows, _room.Rows), Length + GrowthStep);
        _tensors?.Dispose();
        _tensors = new PassTensors(model.Signature, _room.Rows, tokens: 1, _room.Width, everyLogit: false);
        _tensors.SetMask(0, _room.Rows * _room.Width, isValid: true);
    }
}
