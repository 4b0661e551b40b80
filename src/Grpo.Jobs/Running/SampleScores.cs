using System.Buffers;
using System.Text;
using System.Text.Json;
using Grpo.Rewards;

namespace Grpo.Jobs.Running;

/// <summary>The scores of one sample as the store keeps them: <c>[[1, "95 equals 95"], [null, ".."]]</c>, in the order of the rewards.</summary>
public static class SampleScores
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JobJson.Options.Encoder };

    /// <summary>Writes them; a score that is not finite becomes null.</summary>
    public static string Write(IEnumerable<RewardScore> scores)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, WriterOptions))
        {
            writer.WriteStartArray();
            foreach (var score in scores)
            {
                writer.WriteStartArray();
                if (score.Score is { } value && double.IsFinite(value)) writer.WriteNumberValue(value);
                else writer.WriteNullValue();
                writer.WriteStringValue(score.Reason);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <summary>Reads them.</summary>
    /// <param name="json">What <see cref="Write"/> wrote; an empty list for a sample that failed.</param>
    /// <param name="count">How many rewards there are.</param>
    public static IReadOnlyList<(double? Score, string Reason)> Read(string json, int count)
    {
        var scores = new (double? Score, string Reason)[count];
        Array.Fill(scores, (null, ""));
        using var document = JsonDocument.Parse(json);
        foreach (var (index, entry) in document.RootElement.EnumerateArray().Take(count).Index())
        {
            scores[index] = (entry[0].ValueKind == JsonValueKind.Number ? entry[0].GetDouble() : null, entry[1].GetString() ?? "");
        }

        return scores;
    }
}
