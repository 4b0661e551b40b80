using System.Text.Json.Nodes;

namespace Grpo.Rewards.Accuracy;

/// <summary>The details that accuracy rewards share: <c>status</c>, <c>extracted</c>, <c>source</c>.</summary>
internal static class AnswerDetails
{
    /// <summary>Characters of a completion in which an answer is looked for.</summary>
    public const int MaxCompletion = 1_000_000;

    /// <summary>No score for a completion that is too long to be read; null for one that is not.</summary>
    public static RewardScore? TooLong(RewardSample sample) => sample.Completion.Length > MaxCompletion
        ? Exhausted($"the completion has {sample.Completion.Length} characters, at most {MaxCompletion} are read")
        : null;

    /// <summary>No reference, so no score.</summary>
    public static RewardScore Missing(string field) => RewardScore.None($"reference.{field} is missing", Of("gold_unparseable"));

    /// <summary>A reference that the reward cannot use, so no score.</summary>
    public static RewardScore Unusable(string reason) => RewardScore.None(reason, Of("gold_unparseable"));

    /// <summary>No answer: 0, because giving none must never pay more than giving a wrong one.</summary>
    public static RewardScore NoAnswer() => RewardScore.Of(0, "no answer found", Of("no_answer"));

    /// <summary>The work budget was used up.</summary>
    public static RewardScore Exhausted(string limit, ExtractedAnswer? answer = null)
    {
        var details = Of("limit", answer);
        details["limit"] = limit;
        return RewardScore.None(RewardScore.BudgetExhausted, details);
    }

    /// <summary>1 or 0.</summary>
    public static RewardScore Verdict(bool correct, string reason, ExtractedAnswer answer) =>
        RewardScore.Of(correct ? 1 : 0, reason, Of(correct ? "correct" : "incorrect", answer));

    public static JsonObject Of(string status, ExtractedAnswer? answer = null)
    {
        var details = new JsonObject { ["status"] = status };
        if (answer is { } found)
        {
            details["extracted"] = Short(found.Text);
            details["source"] = found.Source;
        }
        return details;
    }

    /// <summary>At most 200 characters of a text, for people.</summary>
    public static string Short(string text) => text.Length <= 200 ? text : $"{text.AsSpan(0, 200)}…";
}
