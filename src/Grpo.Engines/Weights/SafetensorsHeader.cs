using System.Buffers.Binary;
using System.Text.Json;

namespace Grpo.Engines.Weights;

/// <summary>
/// The header of a safetensors file: 8 bytes with its length (little-endian), then JSON <c>{name: {dtype, shape, data_offsets}}</c> with free strings under
/// <c>__metadata__</c>, then the data of the tensors. See github.com/huggingface/safetensors, "Format".
/// </summary>
public sealed class SafetensorsHeader
{
    /// <summary>Bytes before the header: its length.</summary>
    public const int PrefixLength = 8;

    /// <summary>The longest header that the format allows, in bytes.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>The name that is not a tensor's.</summary>
    public const string MetadataName = "__metadata__";

    private readonly Dictionary<string, TensorEntry> _byName;

    internal SafetensorsHeader(IReadOnlyDictionary<string, string> metadata, Dictionary<string, TensorEntry> tensors)
    {
        Metadata = metadata;
        Tensors = [.. tensors.Values.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)];
        _byName = tensors;
    }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>The tensor of that name, or null.</summary>
    public TensorEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The length of the header in bytes, from the first 8 bytes of a file.</summary>
    /// <param name="file">The file, or at least its beginning.</param>
    /// <param name="maxLength">The longest header accepted.</param>
    /// <exception cref="SafetensorsException">The file is shorter than 8 bytes, or its header is longer than accepted.</exception>
    public static int ReadLength(ReadOnlySpan<byte> file, int maxLength = MaxLength)
    {
        if (file.Length < PrefixLength) throw new SafetensorsException(SafetensorsException.WholeFile, $"A file begins with 8 bytes, the length of its header; this one has {file.Length}.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file);
        return length <= (ulong)maxLength
            ? (int)length
            : throw new SafetensorsException(SafetensorsException.WholeFile, $"The header should have {length} bytes; at most {maxLength} are accepted.");
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="header">The JSON, without the length before it.</param>
    /// <param name="dataLength">Bytes of data that follow it; null: as many as it says.</param>
    /// <exception cref="SafetensorsException">
    /// It is not JSON of that form, a name is given twice, an element type is not known, a shape does not fit its bytes, or the tensors overlap, leave holes, or
    /// lie outside the data. The format does not require alignment.
    /// </exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> header, long? dataLength)
    {
        if (header.IsEmpty || header[0] != (byte)'{') throw new SafetensorsException(SafetensorsException.WholeFile, "The header must be a JSON object and begin with '{'.");
        try
        {
            var parsed = SafetensorsHeaderJson.Read(header);
            SafetensorsLayout.Check(parsed.Tensors, dataLength ?? (parsed.Tensors.Count == 0 ? 0 : parsed.Tensors[^1].End));
            return parsed;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode.
            throw new SafetensorsException(SafetensorsException.WholeFile, "The header is not valid JSON in UTF-8.", exception);
        }
    }
}
