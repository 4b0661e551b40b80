using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Grpo.Rewards;

/// <summary>Reads a text that a model wrote. Half of a surrogate pair, as Python writes a token cut in the middle, becomes U+FFFD instead of failing the whole request.</summary>
internal sealed class CompletionTextConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException();
        }

        if (!reader.ValueIsEscaped || !MayHoldSurrogates(ref reader))
        {
            return reader.GetString()!;
        }

        var escaped = Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
        var text = Unescape(escaped).ToString();

        if (!text.Any(char.IsSurrogate))
        {
            return text;
        }

        // Enumerating runes turns each half without its other into U+FFFD.
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune.ToString());
        }

        return whole.ToString();
    }

    /// <summary>Whether an escape may be half of a pair: <c>\ud8…</c> to <c>\udf…</c>. Line breaks, the usual escapes, need no care.</summary>
    private static bool MayHoldSurrogates(ref Utf8JsonReader reader) =>
        reader.HasValueSequence || reader.ValueSpan.IndexOf("\\ud"u8) >= 0 || reader.ValueSpan.IndexOf("\\uD"u8) >= 0;

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    /// <summary>The reader has checked the escapes: what follows a backslash is one of nine characters, or u and four hexadecimal digits.</summary>
    private static StringBuilder Unescape(string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            if (escaped[i] == 'u')
            {
                text.Append((char)ushort.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(escaped[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var same => same });
        }

        return text;
    }
}
