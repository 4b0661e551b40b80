using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>Sequences of one length, decoded together by a graph that answers its cache one token longer.</summary>
/// <param name="model">The session and its signature.</param>
/// <param name="length">Tokens that each sequence holds.</param>
/// <remarks>
/// On the CPU two buffers take turns as past and present, and a sequence that ends is cut out at once. On a device, what a step answers stays there
/// and is the past of the next; nothing can be cut out there, so rows of ended sequences run on until they are the majority, and then one step
/// answers into this process's memory, where they are.
/// </remarks>
internal sealed class EqualLengthBatch(DecoderModel model, int length) : IDisposable
{
    /// <summary>In the place of a row: its sequence has ended, and nobody reads what it answers.</summary>
    public const int Ended = -1;

    // Steps between two allocations.
    private const int GrowthStep = 64;

    private readonly List<int> _rows = [];
    private readonly OrtMemoryInfo? _device = model.Provider.Memory;
    private GrowingCache _past = Shaped(model.Signature.Cache, length);
    private GrowingCache _present = new(model.Signature.Cache);
    private OrtValue[]? _onDevice;
    private bool _answersOnDevice;
    private PassTensors? _tensors;
    private (int Rows, int Width) _room;

    /// <summary>The decoder's row of each sequence, in the order of this batch; or <see cref="Ended"/>.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>Whether its sequences are the decoder's, in the same order, and none has ended.</summary>
    public bool IsInOrder
    {
        get
        {
            for (var index = 0; index < _rows.Count; index++)
            {
                if (_rows[index] != index)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Whether all its sequences have ended.</summary>
    public bool IsEmpty => !_rows.Exists(static row => row != Ended);

    /// <summary>Whether a sequence of this length may join.</summary>
    public bool MayGrow => _onDevice is null && _rows.Count < model.LargestBatch;

    /// <summary>Tokens that each sequence holds.</summary>
    public int Length { get; private set; } = length;

    /// <summary>Logits of the step that has run, shape (rows, V); valid until the next one.</summary>
    public ReadOnlySpan<float> Logits => _tensors!.Logits(0, _rows.Count);

    private int PassRows => Math.Max(_rows.Count, model.SmallestBatch);

    /// <summary>Adds a sequence.</summary>
    /// <param name="row">Its row in the decoder.</param>
    /// <param name="prefix">Its tokens so far, <see cref="Length"/> of them.</param>
    public void Add(int row, Prefix prefix)
    {
        _past.SetRow(_rows.Count, ((SlotPrefix)prefix).Cache);
        _rows.Add(row);
    }

    /// <summary>Drops a sequence.</summary>
    /// <param name="index">Its place in this batch, which the last one takes or which stays empty.</param>
    public void RemoveAt(int index)
    {
        _rows[index] = Ended;
        if (_onDevice is null)
        {
            CutOut(index);
        }
    }

    /// <summary>Says that a sequence has got another row in the decoder.</summary>
    public void Renumber(int index, int row) => _rows[index] = row;

    /// <summary>Writes the next token of every sequence and binds the step.</summary>
    /// <param name="binding">Where.</param>
    /// <param name="tokens">The next token of each row of the decoder.</param>
    public void Bind(OrtIoBinding binding, ReadOnlySpan<int> tokens)
    {
        MakeRoom();
        for (var index = 0; index < PassRows; index++)
        {
            // Rows that nobody reads are copies of the first, or of ended sequences.
            var row = _rows[index < _rows.Count ? index : 0];
            _tensors!.SetToken(index, row == Ended ? 0 : tokens[row], Length);
        }

        _answersOnDevice = _device is not null && (_onDevice is null || 2 * _rows.Count(static row => row == Ended) <= _rows.Count);
        if (_device is not null)
        {
            binding.ClearBoundOutputs(); // so that the cache comes after the logits, in its own order
        }

        _tensors!.Bind(binding, PassRows, tokens: 1, Length + 1, hasPast: true);
        BindPast(binding);
        BindPresent(binding);
    }

    /// <summary>Takes over what the step answered.</summary>
    public void Complete(OrtIoBinding binding)
    {
        Length++;
        if (_answersOnDevice)
        {
            var outputs = binding.GetOutputValues();
            outputs[0].Dispose(); // the logits, which are in our memory
            Release();
            _onDevice = outputs[1..];
            return;
        }

        (_past, _present) = (_present, _past);
        Release();
        for (var index = _rows.Count - 1; index >= 0; index--)
        {
            if (_rows[index] == Ended)
            {
                CutOut(index);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
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

    private void BindPast(OrtIoBinding binding)
    {
        var (names, cache) = (model.Signature.PastNames, model.Signature.Cache);
        if (_onDevice is not null)
        {
            for (var i = 0; i < names.Length; i++)
            {
                binding.BindInput(names[i], _onDevice[i]);
            }

            return;
        }

        _past.FillUp(PassRows);
        ReadOnlySpan<long> shape = [PassRows, cache.Heads, Length, cache.HeadSize];
        for (var i = 0; i < names.Length; i++)
        {
            binding.BindInput(names[i], OrtMemoryInfo.Cpu, cache.ElementType, shape, _past.Tensor(i), _past.TensorBytes);
        }
    }

    private void BindPresent(OrtIoBinding binding)
    {
        var (names, cache) = (model.Signature.PresentNames, model.Signature.Cache);
        if (_answersOnDevice)
        {
            foreach (var name in names)
            {
                binding.BindOutputToDevice(name, _device!);
            }

            return;
        }

        _present.Reshape(PassRows, Length + 1, GrowthStep);
        ReadOnlySpan<long> shape = [PassRows, cache.Heads, Length + 1, cache.HeadSize];
        for (var i = 0; i < names.Length; i++)
        {
            binding.BindOutput(names[i], OrtMemoryInfo.Cpu, cache.ElementType, shape, _present.Tensor(i), _present.TensorBytes);
        }
    }

    private void CutOut(int index)
    {
        _past.RemoveRow(index, _rows.Count);
        _rows[index] = _rows[^1];
        _rows.RemoveAt(_rows.Count - 1);
    }

    private void Release()
    {
        foreach (var value in _onDevice ?? [])
        {
            value.Dispose();
        }

        _onDevice = null;
    }

    // Every position of the mask is valid, so its content is the same in any shape.
    private void MakeRoom()
    {
        if (PassRows <= _room.Rows && Length < _room.Width)
        {
            return;
        }

        _room = (Math.Max(PassRows, _room.Rows), Length + GrowthStep);
        _tensors?.Dispose();
        _tensors = new PassTensors(model.Signature, _room.Rows, tokens: 1, _room.Width, everyLogit: false);
        _tensors.SetMask(0, _room.Rows * _room.Width, isValid: true);
    }
}
