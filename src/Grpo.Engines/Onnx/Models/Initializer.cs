using System.Runtime.InteropServices;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// A constant tensor of a graph (onnx.proto: TensorProto.dims = 1, data_type = 2, float_data = 4, int32_data = 5, int64_data = 7, name = 8, raw_data = 9,
/// double_data = 10, uint64_data = 11, external_data = 13, data_location = 14).
/// </summary>
internal sealed class Initializer
{
    private const int FloatData = 4;
    private const int Int32Data = 5;
    private const int Int64Data = 7;
    private const int RawData = 9;
    private const int DoubleData = 10;
    private const int UInt64Data = 11;
    private const int ExternalData = 13;
    private const int DataLocation = 14;
    private readonly ProtobufMessage _tensor;

    /// <summary>Reads a TensorProto.</summary>
    /// <exception cref="ModelLoadException">Its shape is not one.</exception>
    public Initializer(ProtobufMessage tensor)
    {
        _tensor = tensor;
        Name = tensor.Text(8);
        ElementType = (TensorElementType)tensor.Integer(2);
        Shape = [.. tensor.All(1).SelectMany(Integers)];
        if (Array.Exists(Shape, dimension => dimension < 0)) throw new ModelLoadException($"The initializer '{Name}' has a negative dimension.");
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Type of its elements; the numbers of TensorProto.DataType and of ONNX Runtime are the same.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Its dimensions.</summary>
    public long[] Shape { get; }

    /// <summary>The number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));

    /// <summary>Whether it holds float32, float16, float64 or bfloat16.</summary>
    public bool IsFloatingPoint => ElementType is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double or TensorElementType.BFloat16;

    /// <summary>Whether its data lies outside of the model.</summary>
    public bool IsExternal => _tensor.Integer(DataLocation) == 1;

    /// <summary>Where data outside of the model lies: a file beside it, where in the file, and how many bytes (null: to its end).</summary>
    /// <exception cref="ModelLoadException">A number is none.</exception>
    public (string File, long Offset, long? Length) Location
    {
        get
        {
            var entries = _tensor.All(ExternalData).Select(entry => entry.Message).ToDictionary(entry => entry.Text(1), entry => entry.Text(2));
            return (entries.GetValueOrDefault("location", ""), Number("offset") ?? 0, Number("length"));

            long? Number(string key) => !entries.TryGetValue(key, out var text) ? null
                : long.TryParse(text, out var number) && number >= 0 ? number
                : throw new ModelLoadException($"The external data of '{Name}' has the {key} '{text}'.");
        }
    }

    /// <summary>The data inside the model, little-endian.</summary>
    /// <exception cref="ModelLoadException">Its length is not that of the shape, or this type is not read here.</exception>
    public ReadOnlyMemory<byte> EmbeddedData()
    {
        var bytes = ElementType switch
        {
            _ when _tensor.Find(RawData) is { } raw => raw.Bytes,
            TensorElementType.Float => Packed(FloatData, sizeof(float)),
            TensorElementType.Double => Packed(DoubleData, sizeof(double)),
            TensorElementType.Float16 or TensorElementType.BFloat16 => Halves(),
            _ => throw new ModelLoadException($"The initializer '{Name}' of type {ElementType} has no raw data."),
        };
        return bytes.Length == ElementCount * ElementType.SizeInBytes()
            ? bytes
            : throw new ModelLoadException($"The initializer '{Name}' has {bytes.Length} bytes, and its shape needs {ElementCount * ElementType.SizeInBytes()}.");
    }

    /// <summary>Says that the data lies outside of the model; data inside is dropped.</summary>
    public void MoveOut(string file, long offset, long length)
    {
        _tensor.Remove(FloatData, Int32Data, Int64Data, RawData, DoubleData, UInt64Data, ExternalData, DataLocation);
        Add("location", file);
        Add("offset", offset.ToString());
        Add("length", length.ToString());
        _tensor.Add(ProtobufField.Of(DataLocation, 1));

        void Add(string key, string value)
        {
            var entry = new ProtobufMessage();
            entry.Add(ProtobufField.Of(1, key));
            entry.Add(ProtobufField.Of(2, value));
            _tensor.Add(ProtobufField.Of(ExternalData, entry));
        }
    }

    /// <summary>The numbers of one field of a repeated number, which is written as one packed list or as one field each.</summary>
    public static IEnumerable<long> Integers(ProtobufField field)
    {
        if (!field.IsBytes) return [(long)field.Value];
        var numbers = new List<long>();
        for (var packed = new ProtobufReader(field.Bytes.Span); packed.NextVarint();) numbers.Add((long)packed.Number);
        return numbers;
    }

    private ReadOnlyMemory<byte> Packed(int number, int size)
    {
        var fields = _tensor.All(number).ToList();
        if (fields is [{ IsBytes: true } only]) return only.Bytes;
        var bytes = new List<byte>();
        foreach (var field in fields)
        {
            bytes.AddRange(field.IsBytes ? field.Bytes.Span : BitConverter.GetBytes(field.Value).AsSpan(0, size));
        }

        return bytes.ToArray();
    }

    private ReadOnlyMemory<byte> Halves()
    {
        ushort[] halves = [.. _tensor.All(Int32Data).SelectMany(Integers).Select(bits => (ushort)bits)];
        return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
    }
}
