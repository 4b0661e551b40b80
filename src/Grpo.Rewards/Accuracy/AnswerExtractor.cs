using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy;

/// <summary>Finds the final answer in a completion.</summary>
/// <remarks>
/// In order, the first that exists: the last complete <c>&lt;answer&gt;</c>; the last <c>\boxed</c> or <c>\fbox</c>; the rest of the line after the
/// last "answer is", "answer:", "答案是", "####" or line-start "A:"; a completion that as a whole is one short expression; the last maths
/// environment; the last number. The later ones are skipped when only anchored answers are wanted. Every step is linear in the completion.
/// </remarks>
public static class AnswerExtractor
{
    private const string ThinkClose = "</think>";
    private const string AnswerOpen = "<answer>";
    private const string AnswerClose = "</answer>";
    private const int ShortCompletion = 256;

    /// <summary>The final answer, or null when there is none.</summary>
    public static ExtractedAnswer? Extract(string completion, AnswerScope scope = AnswerScope.AfterThink, bool anchoredOnly = false)
    {
        var text = InScope(completion, scope);
        if (AnswerTag(text) is { } tagged)
            return new(Refine(tagged), "answer_tag");
        if (scope == AnswerScope.AnswerTag)
            return null;
        if (BoxedAnswer.TryFind(text, out var boxed, out var joined, out var rest, out var isCut))
            return isCut ? null : new(Announced(boxed) ?? boxed, "boxed", PercentWords.With(boxed, rest), joined);
        if (AnchoredAnswer.Last(text) is { } anchored)
            return new(Refine(anchored), "anchor");
        return anchoredOnly ? null : Unanchored(text);
    }

    /// <summary>The final answer as words: the last complete <c>&lt;answer&gt;</c>, the last box, what an announcement announces, or everything there is.</summary>
    public static ExtractedAnswer? ExtractText(string completion, AnswerScope scope = AnswerScope.AfterThink)
    {
        var text = InScope(completion, scope);
        if (AnswerTag(text) is { } tagged)
            return new(tagged, "answer_tag");
        if (scope == AnswerScope.AnswerTag)
            return null;
        if (BoxedAnswer.Last(text) is { } boxed)
            return new(boxed, "boxed");
        if (AnchoredAnswer.Last(text) is { Length: > 0 } anchored)
            return new(anchored, "anchor");
        var whole = text.Trim();
        return whole.IsEmpty ? null : new(whole.ToString(), "whole");
    }

    /// <summary>The part of a completion that may hold the answer.</summary>
    internal static ReadOnlySpan<char> InScope(string completion, AnswerScope scope)
    {
        var text = completion.AsSpan();
        return scope == AnswerScope.AfterThink && text.LastIndexOf(ThinkClose) is >= 0 and var end ? text[(end + ThinkClose.Length)..] : text;
    }

    private static ExtractedAnswer? Unanchored(ReadOnlySpan<char> text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length is > 0 and <= ShortCompletion && !trimmed.Contains('\n') && IsMath(trimmed.ToString()))
            return new(trimmed.ToString(), "whole");
        if (LastMath.Environment(text, out var after) is { } environment && IsMath(environment) && !Concludes(after))
            return new(environment, "math");
        if (LastMath.Number(text, out var rest) is { } number)
            return new(number, "number", PercentWords.With(number, rest));
        return trimmed.Length is > 0 and <= ShortCompletion && !trimmed.Contains('\n') ? new(trimmed.ToString(), "whole") : null;
    }

    /// <summary>Whether a sentence after the last formula concludes with a number of its own: "Therefore, it grows by 100%."</summary>
    private static bool Concludes(ReadOnlySpan<char> after)
    {
        foreach (var word in (ReadOnlySpan<string>)["therefore", "thus", "hence", "in total", "altogether", "因此", "所以"])
        {
            if (after.LastIndexOf(word, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
                return after[at..].ContainsAnyInRange('0', '9');
        }
        return false;
    }

    private static string? AnswerTag(ReadOnlySpan<char> text)
    {
        var close = text.LastIndexOf(AnswerClose);
        if (close < 0)
            return null;
        var open = text[..close].LastIndexOf(AnswerOpen);
        return open < 0 ? null : text[(open + AnswerOpen.Length)..close].Trim().ToString();
    }

    /// <summary>The answer inside an anchored sentence: itself when it is mathematics, else its box, its only maths environment, or its only number.</summary>
    /// <remarks>Several different numbers in one sentence are no answer: otherwise listing candidates would pay.</remarks>
    private static string Refine(string anchored)
    {
        if (BoxedAnswer.Last(anchored) is { } boxed)
            return boxed;
        if (anchored.Length > MathBudget.CandidateLength || IsMath(anchored))
            return anchored;
        if (Announced(anchored) is { } announced)
            return announced;
        if (Stated(anchored) is { } stated)
            return stated;
        if (LastMath.Environment(anchored, out _) is { } environment && IsMath(environment) && LastMath.CountEnvironments(anchored) == 1)
            return environment;
        return LastMath.OnlyNumber(anchored) ?? anchored;
    }

    /// <summary>What a sentence says that something is: "the largest $n$ is 34".</summary>
    private static string? Stated(string sentence)
    {
        foreach (var verb in (ReadOnlySpan<string>)[" is ", " are ", " equals ", " be "])
        {
            if (sentence.LastIndexOf(verb, StringComparison.OrdinalIgnoreCase) is >= 0 and var at && sentence[(at + verb.Length)..] is var stated && stated.AsSpan().ContainsAnyInRange('0', '9') && IsMath(stated))
                return stated.Trim(' ', '.');
        }
        return null;
    }

    /// <summary>The answer that a sentence inside a box or a tag announces: <c>\boxed{Answer: 13}</c>.</summary>
    private static string? Announced(string text) =>
        !IsMath(text) && AnchoredAnswer.Last(text) is { } announced && announced.Length < text.Length ? Refine(announced) : null;

    private static bool IsMath(string text)
    {
        try
        {
            return MathReading.Of(text).Expression is not null;
        }
        catch (MathBudgetException)
        {
            // Too large to read is still an answer; the comparison reports the budget.
            return true;
        }
    }
}
