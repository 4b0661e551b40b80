using System.Text.Json;

namespace Grpo.Engines.Weights;

/// <summary>Reads the JSON of a header, field by field and without a document in memory.</summary>
internal static class SafetensorsHeaderJson
{
    private const int Depth = 4;

    public static SafetensorsHeader Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
        var tensors = new Dictionary<string, TensorEntry>();
        Dictionary<string, string>? metadata = null;
        reader.Read();
        while (NextName(ref reader) is { } name)
        {
            if (name == SafetensorsHeader.MetadataName)
            {
                metadata = metadata is null ? ReadMetadata(ref reader) : throw Twice(name);
            }
            else if (!tensors.TryAdd(name, ReadTensor(ref reader, name)))
            {
                throw Twice(name);
            }
        }

        // Spaces may follow; anything else is an exception.
        reader.Read();
        return new(metadata ?? [], tensors);
    }

    private static Dictionary<string, string> ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, SafetensorsHeader.MetadataName, "an object of strings");
        var metadata = new Dictionary<string, string>();
        while (NextName(ref reader) is { } key)
        {
            var field = $"{SafetensorsHeader.MetadataName}.{key}";
            Expect(ref reader, JsonTokenType.String, field, "a string");
            if (!metadata.TryAdd(key, reader.GetString()!)) throw Twice(field);
        }

        return metadata;
    }

    private static TensorEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, name, "an object with dtype, shape and data_offsets");
        SafetensorsDtype? dtype = null;
        List<long>? shape = null, offsets = null;
        while (NextName(ref reader) is { } key)
        {
            var field = $"{name}.{key}";
            switch (key)
            {
                case "dtype":
                    dtype = dtype is null ? ReadDtype(ref reader, field) : throw Twice(field);
                    break;
                case "shape":
                    shape = shape is null ? ReadIntegers(ref reader, field) : throw Twice(field);
                    break;
                case "data_offsets":
                    offsets = offsets is null ? ReadIntegers(ref reader, field) : throw Twice(field);
                    break;
                default:
                    throw new SafetensorsException(field, "Is not known; a tensor has dtype, shape and data_offsets.");
            }
        }

        if (offsets is not null and not { Count: 2 }) throw new SafetensorsException($"{name}.data_offsets", $"Must be two integers, begin and end; there are {offsets.Count}.");
        return new(name, dtype ?? throw Missing(name, "dtype"), shape ?? throw Missing(name, "shape"), (offsets ?? throw Missing(name, "data_offsets"))[0], offsets[1]);
    }

    private static SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string field)
    {
        Expect(ref reader, JsonTokenType.String, field, "a string");
        var text = reader.GetString()!;
        return SafetensorsDtypes.TryParse(text, out var dtype)
            ? dtype
            : throw new SafetensorsException(field, $"'{text}' is not supported. Supported: {string.Join(", ", Enum.GetValues<SafetensorsDtype>().Select(known => known.NameOf()))}.");
    }

    private static List<long> ReadIntegers(ref Utf8JsonReader reader, string field)
    {
        Expect(ref reader, JsonTokenType.StartArray, field, "an array of integers");
        var integers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            integers.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var integer) && integer >= 0
                ? integer
                : throw new SafetensorsException($"{field}[{integers.Count}]", "Must be an integer, from 0 to 2^63 - 1."));
        }

        return integers;
    }

    private static string? NextName(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string field, string words)
    {
        if (!reader.Read() || reader.TokenType != token) throw new SafetensorsException(field, $"Must be {words}.");
    }

    private static SafetensorsException Twice(string field) => new(field, "Is given twice.");

    private static SafetensorsException Missing(string name, string field) => new($"{name}.{field}", "Is required.");
}
