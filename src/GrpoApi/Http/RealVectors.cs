using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using csFastFloat;
using Grpo.Losses;

namespace GrpoApi.Http;

/// <summary>Reads and writes an array of finite numbers in one go: per-token arrays are the bulk of a body.</summary>
internal sealed class RealVectorConverter : JsonConverter<RealVector>
{
    public override RealVector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonArrays.Read<double>(ref reader, Number);

    public override void Write(Utf8JsonWriter writer, RealVector value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var number in value.Read())
        {
            if (double.IsFinite(number)) writer.WriteNumberValue(number);
            else writer.WriteNullValue();
        }

        writer.WriteEndArray();
    }

    // The reader has checked that it is a number of JSON; csFastFloat rounds as exactly as .NET's own parser, in half the time.
    private static bool Number(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        if (reader.TokenType != JsonTokenType.Number) return false;
        return (reader.HasValueSequence ? reader.TryGetDouble(out value) : FastDoubleParser.TryParseDouble(reader.ValueSpan, out value)) && double.IsFinite(value);
    }
}

/// <summary>Reads and writes a mask: an array of 0 and 1.</summary>
internal sealed class TokenMaskConverter : JsonConverter<ReadOnlyMemory<byte>?>
{
    public override ReadOnlyMemory<byte>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : JsonArrays.Read<byte>(ref reader, ZeroOrOne, "Must be 0 or 1.");

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte>? value, JsonSerializerOptions options)
    {
        if (value is not { } mask)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var included in mask.Span) writer.WriteNumberValue(included);
        writer.WriteEndArray();
    }

    private static bool ZeroOrOne(ref Utf8JsonReader reader, out byte value)
    {
        value = 0;
        if (reader.TokenType != JsonTokenType.Number) return false;
        if (reader.ValueSpan is [var digit] && digit is (byte)'0' or (byte)'1')
        {
            value = (byte)(digit - '0');
            return true;
        }

        // 1.0 is the number 1 too.
        if (!reader.TryGetDouble(out var number) || number is not (0 or 1)) return false;
        value = (byte)number;
        return true;
    }
}

/// <summary>Reads arrays of numbers.</summary>
internal static class JsonArrays
{
    /// <summary>Where a <see cref="JsonException"/> says which element is wrong.</summary>
    public const string Index = "index";

    /// <summary>Where a <see cref="JsonException"/> says what is wrong with it.</summary>
    public const string Problem = "problem";

    private const int FirstBuffer = 1024;

    /// <summary>Reads one element.</summary>
    public delegate bool ReadElement<T>(ref Utf8JsonReader reader, out T value);

    /// <summary>Reads an array.</summary>
    /// <exception cref="JsonException">It is not an array, or an element cannot be read: <see cref="Index"/> and <see cref="Problem"/> say which and why.</exception>
    public static T[] Read<T>(ref Utf8JsonReader reader, ReadElement<T> element, string problem = "Must be a finite number.")
        where T : unmanaged
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong("Must be an array.", index: null);
        var buffer = ArrayPool<T>.Shared.Rent(FirstBuffer);
        var count = 0;
        try
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (count == buffer.Length) buffer = Grown(buffer);
                if (!element(ref reader, out buffer[count])) throw Wrong(problem, count);
                count++;
            }

            return buffer.AsSpan(0, count).ToArray();
        }
        finally
        {
            ArrayPool<T>.Shared.Return(buffer);
        }
    }

    private static T[] Grown<T>(T[] buffer)
    {
        var larger = ArrayPool<T>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(larger, 0);
        ArrayPool<T>.Shared.Return(buffer);
        return larger;
    }

    private static JsonException Wrong(string problem, int? index)
    {
        var exception = new JsonException();
        exception.Data[Problem] = problem;
        exception.Data[Index] = index;
        return exception;
    }
}
