using System.Numerics.Tensors;
using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Products;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>The inputs and outputs of forward passes over flat batches of tokens: native memory that grows with the largest pass.</summary>
internal sealed class FlatPass : IDisposable
{
    private const int Int64 = sizeof(long);

    private readonly GroupGraph _graph;
    private readonly int _smallest;
    private readonly OrtIoBinding _binding;
    private readonly NativeBuffer _batch = new(Int64);
    private readonly NativeBuffer _matrices = new(Int64);
    private readonly NativeBuffer _zero = new(Int64);
    private NativeBuffer _ids = new(Int64);
    private NativeBuffer _positions = new(Int64);
    private NativeBuffer _places = new(Int64);
    private NativeBuffer _logits;
    private float[] _converted = [];
    private int _tokenCapacity = 1;
    private int _placeCapacity = 1;
    private (int Tokens, int Places) _bound;

    /// <summary>An empty pass.</summary>
    /// <param name="model">The session.</param>
    /// <param name="batch">Address of the batch that every pass describes itself by.</param>
    public FlatPass(GroupModel model, nint batch)
    {
        (_graph, _smallest) = (model.Graph, model.SmallestPass);
        _binding = model.Session.CreateIoBinding();
        _logits = new NativeBuffer(LogitBytes);
        _batch.AsSpan<long>()[0] = batch;
        _matrices.AsSpan<long>()[0] = model.Matrices;
        _zero.AsSpan<long>()[0] = 0;
    }

    /// <summary>The bindings to run.</summary>
    public OrtIoBinding Binding => _binding;

    private long LogitBytes => (long)_graph.VocabSize * _graph.LogitsType.SizeInBytes();

    /// <summary>Makes room.</summary>
    /// <param name="tokens">New tokens.</param>
    /// <param name="places">Tokens among them whose logits are wanted, at least 1.</param>
    public void Resize(int tokens, int places)
    {
        var (newTokens, newPlaces) = (tokens, places);
        (tokens, places) = (Math.Max(tokens, _smallest), Math.Max(places, _smallest));
        if (tokens > _tokenCapacity || places > _placeCapacity)
        {
            (_tokenCapacity, _placeCapacity) = (Math.Max(tokens, _tokenCapacity), Math.Max(places, _placeCapacity));
            Unbind();
            Renew(ref _ids, (long)_tokenCapacity * Int64);
            Renew(ref _positions, (long)_tokenCapacity * Int64);
            Renew(ref _places, (long)_placeCapacity * Int64);
            Renew(ref _logits, _placeCapacity * LogitBytes);
        }

        if (_bound != (tokens, places))
        {
            Bind(tokens, places);
        }

        for (var token = newTokens; token < tokens; token++)
        {
            SetToken(token, 0, 0);
        }

        for (var place = newPlaces; place < places; place++)
        {
            SetPlace(place, 0);
        }
    }

    /// <summary>Writes a token.</summary>
    /// <param name="index">Its place in the batch.</param>
    /// <param name="token">The token.</param>
    /// <param name="position">Its place in its sequence.</param>
    public void SetToken(int index, int token, int position)
    {
        Write(_ids, _graph.InputIds.Type, index, token);
        if (_graph.PositionIds is { } input)
        {
            Write(_positions, input.Type, index, position);
        }
    }

    /// <summary>Wants the logits of a token.</summary>
    /// <param name="row">The row of the logits.</param>
    /// <param name="index">The token's place in the batch.</param>
    public void SetPlace(int row, int index) => _places.AsSpan<long>()[row] = index;

    /// <summary>Logits of the first rows as float32, whatever the model answers; shape (rows, V), valid until the next pass.</summary>
    public ReadOnlySpan<float> Logits(int rows)
    {
        var count = rows * _graph.VocabSize;
        if (_graph.LogitsType == TensorElementType.Float)
        {
            return _logits.AsSpan<float>()[..count];
        }

        if (_converted.Length < count)
        {
            _converted = new float[_placeCapacity * _graph.VocabSize];
        }

        TensorPrimitives.ConvertToSingle(_logits.AsSpan<Half>()[..count], _converted);
        return _converted.AsSpan(0, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unbind();
        _binding.Dispose();
        NativeBuffer[] buffers = [_batch, _matrices, _zero, _ids, _positions, _places, _logits];
        foreach (var buffer in buffers)
        {
            buffer.Dispose();
        }
    }

    private static void Write(NativeBuffer buffer, TensorElementType type, int index, int value)
    {
        if (type == TensorElementType.Int64)
        {
            buffer.AsSpan<long>()[index] = value;
        }
        else
        {
            buffer.AsSpan<int>()[index] = value;
        }
    }

    private void Bind(int tokens, int places)
    {
        ReadOnlySpan<long> one = [1];
        ReadOnlySpan<long> flat = [1, tokens];
        ReadOnlySpan<long> chosen = [places];
        ReadOnlySpan<long> logits = [1, places, _graph.VocabSize];
        _binding.BindInput(_graph.InputIds.Name, OrtMemoryInfo.Cpu, _graph.InputIds.Type, flat, _ids.Address, _ids.Bytes);
        _binding.BindInput(GroupGraph.BatchInput, OrtMemoryInfo.Cpu, TensorElementType.Int64, one, _batch.Address, _batch.Bytes);
        _binding.BindInput(GroupGraph.PlacesInput, OrtMemoryInfo.Cpu, TensorElementType.Int64, chosen, _places.Address, _places.Bytes);
        if (_graph.Matrices.Count > 0)
        {
            _binding.BindInput(MatrixProductRewriter.MatricesInput, OrtMemoryInfo.Cpu, TensorElementType.Int64, one, _matrices.Address, _matrices.Bytes);
        }

        if (_graph.PositionIds is { } positions)
        {
            _binding.BindInput(positions.Name, OrtMemoryInfo.Cpu, positions.Type, flat, _positions.Address, _positions.Bytes);
        }

        if (_graph.LogitsToKeep is { } keep)
        {
            _binding.BindInput(keep.Name, OrtMemoryInfo.Cpu, keep.Type, one[..keep.Rank], _zero.Address, _zero.Bytes);
        }

        _binding.BindOutput(_graph.Logits, OrtMemoryInfo.Cpu, _graph.LogitsType, logits, _logits.Address, _logits.Bytes);
        _bound = (tokens, places);
    }

    private void Unbind()
    {
        _binding.ClearBoundInputs();
        _binding.ClearBoundOutputs();
        _bound = default;
    }

    private static void Renew(ref NativeBuffer buffer, long bytes)
    {
        if (buffer.Bytes < bytes)
        {
            buffer.Dispose();
            buffer = new NativeBuffer(bytes);
        }
    }
}
