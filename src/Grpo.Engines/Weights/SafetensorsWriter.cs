using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Grpo.Engines.Weights;

/// <summary>
/// Writes a safetensors file piece by piece, so that nothing but one piece is in memory. Tensors with the largest elements come first and the header ends at a
/// multiple of 8 bytes, which aligns every tensor.
/// </summary>
public sealed class SafetensorsWriter
{
    private const int Alignment = 8;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly byte[] _header;
    private readonly List<OutgoingTensor> _tensors;

    /// <summary>Lays out a file.</summary>
    /// <param name="tensors">The tensors; their names differ.</param>
    /// <param name="metadata">The strings under <c>__metadata__</c>.</param>
    /// <exception cref="SafetensorsException">A name is used twice, or is <c>__metadata__</c>.</exception>
    /// <exception cref="OverflowException">The tensors are more than 2^63 - 1 bytes.</exception>
    public SafetensorsWriter(IEnumerable<OutgoingTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        _tensors = [.. tensors.OrderByDescending(tensor => tensor.Dtype.SizeOf()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        var names = new HashSet<string> { SafetensorsHeader.MetadataName };
        if (_tensors.Find(tensor => !names.Add(tensor.Name)) is { } twice) throw new SafetensorsException(twice.Name, "The name is taken.");
        _header = Header(metadata);
        Length = _header.Length + _tensors.Sum(tensor => TensorEntry.BytesOf(tensor.Dtype, tensor.Shape));
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>The file in pieces. A piece may be overwritten once the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Chunks() => _tensors.SelectMany(tensor => tensor.Chunks).Prepend(_header);

    /// <summary>The file as one array.</summary>
    public byte[] ToArray()
    {
        var file = new byte[Length];
        var rest = file.AsMemory();
        foreach (var chunk in Chunks())
        {
            chunk.CopyTo(rest);
            rest = rest[chunk.Length..];
        }

        return file;
    }

    private byte[] Header(IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[SafetensorsHeader.PrefixLength]);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 }) WriteMetadata(json, metadata);
            WriteTensors(json);
            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0) buffer.WriteByte((byte)' ');
        var header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - SafetensorsHeader.PrefixLength);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach (var (key, value) in metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private void WriteTensors(Utf8JsonWriter json)
    {
        long begin = 0;
        foreach (var tensor in _tensors)
        {
            var end = checked(begin + TensorEntry.BytesOf(tensor.Dtype, tensor.Shape));
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Dtype.NameOf());
            WriteIntegers(json, "shape", tensor.Shape);
            WriteIntegers(json, "data_offsets", [begin, end]);
            json.WriteEndObject();
            begin = end;
        }
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, IReadOnlyList<long> integers)
    {
        json.WriteStartArray(name);
        foreach (var integer in integers) json.WriteNumberValue(integer);
        json.WriteEndArray();
    }
}
