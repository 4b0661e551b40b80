using System.Text.Json;

namespace Grpo.Rewards.Accuracy;

/// <summary>The acceptable answers in <c>reference.answer</c>.</summary>
internal static class ReferenceAnswers
{
    /// <summary>The answers: one string or number, or a list of them; empty when there are none.</summary>
    public static IReadOnlyList<string> Of(RewardSample sample) => sample.ReferenceField("answer") switch
    {
        { ValueKind: JsonValueKind.Array } several => [.. several.EnumerateArray().Select(Text).OfType<string>()],
        { } one when Text(one) is { } text => [text],
        _ => [],
    };

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) => Final(text),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    /// <summary>Data sets also store whole solutions as the answer: GSM8K ends them with <c>#### 72</c>, MATH with a box.</summary>
    private static string Final(string answer)
    {
        if (BoxedAnswer.Last(answer) is { } boxed)
            return boxed;
        var hashes = answer.LastIndexOf("####", StringComparison.Ordinal);
        return hashes >= 0 && !string.IsNullOrWhiteSpace(answer[(hashes + 4)..]) ? answer[(hashes + 4)..].Trim() : answer;
    }
}
