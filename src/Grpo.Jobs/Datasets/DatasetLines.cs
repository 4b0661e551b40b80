using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Grpo.Jobs.Datasets;

/// <summary>Reads JSON objects, one a line. Empty lines are skipped; nothing but the line at hand is kept.</summary>
public static class DatasetLines
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The rows of a stream.</summary>
    /// <param name="stream">UTF-8, with or without byte order mark.</param>
    /// <param name="path">What to name in errors.</param>
    /// <param name="maxLineBytes">The longest line accepted.</param>
    /// <param name="cancellationToken">Stops between lines.</param>
    /// <exception cref="DatasetException">A line is not a JSON object; the message has its number, counted from 1.</exception>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(Stream stream, string path, int maxLineBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Strict);
        var text = new StringBuilder();
        var buffer = new char[8192];
        var number = 0;
        while (true)
        {
            var length = await ReadBlockAsync(reader, buffer, path, number, cancellationToken);
            for (var start = 0; start < length;)
            {
                var end = Array.IndexOf(buffer, '\n', start, length - start);
                text.Append(buffer, start, (end < 0 ? length : end) - start);
                if (text.Length > maxLineBytes) throw new DatasetException(path, $"Line {number + 1} is longer than {maxLineBytes} characters.");
                if (end < 0) break;
                number++;
                if (Parse(text, path, number) is { } row) yield return row;
                start = end + 1;
            }

            if (length > 0) continue;
            if (Parse(text, path, number + 1) is { } last) yield return last;
            yield break;
        }
    }

    private static async Task<int> ReadBlockAsync(StreamReader reader, char[] buffer, string path, int lines, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(buffer, cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            throw new DatasetException(path, $"The text after line {lines} is not UTF-8.");
        }
    }

    private static JsonElement? Parse(StringBuilder text, string path, int number)
    {
        var line = text.ToString();
        text.Clear();
        if (string.IsNullOrWhiteSpace(line)) return null;
        try
        {
            var row = JsonElement.Parse(line);
            if (row.ValueKind != JsonValueKind.Object) throw new DatasetException(path, $"Line {number} is {row.ValueKind.ToString().ToLowerInvariant()}, not a JSON object.");
            return JsonUnicode.IsValid(row) ? row : throw new DatasetException(path, $"Line {number} holds text that is not valid Unicode.");
        }
        catch (JsonException problem)
        {
            throw new DatasetException(path, $"Line {number} is not JSON: {problem.Message.Split(" LineNumber:", 2)[0]}");
        }
    }
}
