using System.Text.Json;
using Grpo.Rewards;

namespace Grpo.Jobs.Running;

/// <summary>The scores of one sample as the store keeps them: <c>[[1, "95 equals 95"], [null, ".."]]</c>, in the order of the rewards.</summary>
public static class SampleScores
{
    /// <summary>Writes them; a score that is not finite becomes null.</summary>
    public static string Write(IReadOnlyList<RewardScore> scores) =>
        JsonSerializer.Serialize(scores.Select(score => new object?[] { score.Score is { } value && double.IsFinite(value) ? value : null, score.Reason }), JobJson.Options);

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
