using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Grpo.Engines.Tokenizers.Bpe;

namespace Grpo.Engines.Tokenizers.Decoders;

/// <summary>Tokens that stand for bytes, back to text. Bytes that are no valid UTF-8 become U+FFFD.</summary>
internal static class ByteDecoding
{
    /// <summary>Tokens in the alphabet of <see cref="ByteAlphabet"/>; a token with any other character, an added one, stands for itself.</summary>
    public static string OfByteLevel(IReadOnlyList<string> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        foreach (string token in tokens)
        {
            Span<byte> target = bytes.GetSpan(token.Length * 3);
            bytes.Advance(TryBytes(token, target) ? token.Length : Encoding.UTF8.GetBytes(token, target));
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Runs of tokens like &lt;0xE2&gt; become text, all of a run or none of it: each byte of an invalid run is U+FFFD.</summary>
    public static List<string> OfByteFallback(IReadOnlyList<string> tokens)
    {
        var parts = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (string token in tokens)
        {
            if (IsByte(token, out byte value))
            {
                run.Add(value);
                continue;
            }

            Flush(run, parts);
            parts.Add(token);
        }

        Flush(run, parts);
        return parts;
    }

    private static bool TryBytes(string token, Span<byte> target)
    {
        for (int i = 0; i < token.Length; i++)
        {
            int value = ByteAlphabet.ByteOf(token[i]);
            if (value < 0) return false;
            target[i] = (byte)value;
        }

        return true;
    }

    private static bool IsByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static void Flush(List<byte> run, List<string> parts)
    {
        if (run.Count == 0) return;
        byte[] bytes = [.. run];
        if (Utf8.IsValid(bytes)) parts.Add(Encoding.UTF8.GetString(bytes));
        else parts.AddRange(Enumerable.Repeat("\uFFFD", run.Count));
        run.Clear();
    }
}
