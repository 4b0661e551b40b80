using System.Text.Json;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Conformance;

/// <summary>Inputs and recorded outputs of the trainers' own reward functions.</summary>
internal static class RewardFunctionRows
{
    public const string File = "rewards/reward_functions.jsonl";

    /// <summary>The rows of one function that recorded scores; the rows of open-r1 and TRL share some names.</summary>
    public static IEnumerable<JsonElement> Of(string function, string source = "") => Rows.Of(File)
        .Where(row => row.Text("function") == function && row.Text("source").StartsWith(source, StringComparison.Ordinal) && row.GetProperty("raises").ValueKind == JsonValueKind.Null);

    /// <summary>The completions of a row; token ids become numbers between spaces.</summary>
    public static RewardSample[] SamplesOf(JsonElement row)
    {
        var args = row.GetProperty("args");
        if (args.TryGetProperty("completion", out var single))
            return [Sample(single.GetString()!)];
        var texts = args.TryGetProperty("completions", out var completions) ? completions.EnumerateArray().Select(one => one[0].Text("content")).ToArray() : null;
        var ids = args.TryGetProperty("completion_ids", out var tokens) ? tokens.EnumerateArray().Select(one => one.EnumerateArray().Select(id => id.GetRawText()).ToArray()).ToArray() : null;
        var golds = args.TryGetProperty("solution", out var solution) ? solution.EnumerateArray().Select(one => one.GetString()).ToArray() : null;
        return
        [
            .. Enumerable.Range(0, texts?.Length ?? ids!.Length).Select(i =>
                Sample(texts?[i] ?? string.Join(' ', ids![i]), golds?[i]) with { TokenCount = ids?[i].Length, Group = "g" }),
        ];
    }

    public static double?[] Expected(JsonElement row)
    {
        var expected = row.GetProperty("expected");
        return expected.ValueKind == JsonValueKind.Array ? [.. expected.EnumerateArray().Select(Number)] : [Number(expected)];
    }

    /// <summary>Asserts that a reward gives the recorded scores, to the last few bits.</summary>
    /// <returns>How many rows were compared.</returns>
    public static int Check(string reward, IEnumerable<JsonElement> rows, Func<JsonElement, string?>? parameters = null)
    {
        var count = 0;
        foreach (var row in rows)
        {
            var set = new RewardSet([WeightedReward.Bind(reward, 1, parameters?.Invoke(row) is { } json ? Json(json) : null)]);
            var scores = set.Score(SamplesOf(row)).Samples.Select(sample => sample.Scores[reward].Score);
            foreach (var (score, expected) in scores.Zip(Expected(row)))
                Assert.True(score is null == expected is null && double.Abs((score ?? 0) - (expected ?? 0)) < 1e-12, $"{row.Text("id")}: {score}, expected {expected}: {row}");
            count++;
        }
        return count;
    }

    private static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => value.GetDouble(),
    };
}
