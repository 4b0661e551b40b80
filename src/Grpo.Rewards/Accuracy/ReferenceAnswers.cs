using System.Text.Json;

namespace Grpo.Rewards.Accuracy;

/// <summary>The acceptable answers in <c>reference.answer</c>.</summary>
internal static class ReferenceAnswers
{
    /// <summary>The answers: one string or number, or a list of them; empty when there are none.</summary>
    public static IReadOnlyList<string> Of(RewardSample sample) => sample.ReferenceField("answer") switch
    {
        { ValueKind: JsonValueKind.Array } several => [.. several.EnumerateArray().SelectMany(Texts)],
        { } one => Texts(one),
        _ => [],
    };

    /// <summary>Judges a final answer: no score without a reference or with none that can be used, 0 without an answer.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="read">The references that can be used.</param>
    /// <param name="unusable">What is wrong when there are references and none can be used.</param>
    /// <param name="extract">The answer of a completion.</param>
    /// <param name="judge">The score of an answer under these references.</param>
    public static RewardScore Judge<TGold>(
        RewardSample sample, Func<IReadOnlyList<string>, IReadOnlyList<TGold>> read, string unusable, Func<string, ExtractedAnswer?> extract, Func<IReadOnlyList<TGold>, ExtractedAnswer, RewardScore> judge)
    {
        var references = Of(sample);
        if (references.Count == 0)
            return AnswerDetails.Missing("answer");
        var golds = read(references);
        if (golds.Count == 0)
            return AnswerDetails.Unusable(unusable);
        if (AnswerDetails.TooLong(sample) is { } tooLong)
            return tooLong;
        return extract(sample.Completion) is { } answer ? judge(golds, answer) : AnswerDetails.NoAnswer();
    }

    /// <summary>Judges an answer that is words.</summary>
    public static RewardScore JudgeText(RewardSample sample, AnswerScope scope, Func<IReadOnlyList<string>, ExtractedAnswer, RewardScore> judge) =>
        Judge(sample, static texts => texts, "", completion => AnswerExtractor.ExtractText(completion, scope), judge);

    private static string[] Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) => Final(text),
        JsonValueKind.Number => [value.GetRawText()],
        _ => [],
    };

    /// <summary>Data sets also store whole solutions as the answer: GSM8K ends them with <c>#### 72</c>, MATH with a box, or with several that are one answer.</summary>
    private static string[] Final(string answer)
    {
        if (answer.Contains(@"\boxed", StringComparison.Ordinal) || answer.Contains(@"\fbox", StringComparison.Ordinal))
        {
            if (BoxedAnswer.TryFind(answer, out var boxed, out var joined, out var rest, out _))
                return joined is not null ? [joined] : PercentWords.With(boxed, rest) is { } percent ? [boxed, percent] : [boxed];
        }
        var hashes = answer.LastIndexOf("####", StringComparison.Ordinal);
        return [hashes >= 0 && !string.IsNullOrWhiteSpace(answer[(hashes + 4)..]) ? answer[(hashes + 4)..].Trim() : answer];
    }
}
