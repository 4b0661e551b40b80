using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Grpo.Rewards.Accuracy;

/// <summary>Parameters of <see cref="ChoiceAccuracyReward"/>.</summary>
public sealed record ChoiceAccuracyParams
{
    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>Whether only announced answers count.</summary>
    [Description("Accept only answers in <answer> tags, in a \\boxed, or announced in words; never the last letter that stands alone in the text.")]
    public bool AnchoredOnly { get; init; }

    /// <summary>How many options there are when the reference does not list them.</summary>
    [Description("How many options there are, A onwards, when reference.choices does not list them.")]
    [Range(2, 26)]
    public int Options { get; init; } = 8;
}

/// <summary>1 when the chosen option of a multiple-choice question is the right one.</summary>
/// <remarks>
/// The letter in the last tag, box or announcement decides; without a letter, the only option whose text stands there; without any announcement, the last letter
/// that stands alone. An answer that offers two letters as equals ("A or B") names none, so hedging does not pay.
/// </remarks>
public sealed class ChoiceAccuracyReward(ChoiceAccuracyParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<ChoiceAccuracyParams, ChoiceAccuracyReward>
    {
        Name = "choice_accuracy",
        Version = "2",
        Summary = "1 when the chosen option is reference.answer (its letter, as C or (C), or its text), else 0. reference.choices, a list of texts, lets an answer name the option by its text.",
        Formula = "score = 1[chosen option = reference]",
        Source = "multiple choice, as in DeepSeek-R1, arXiv:2501.12948v2 table 4",
        ReferenceFields = ["answer", "choices"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var references = ReferenceAnswers.Of(sample);
        if (references.Count == 0)
            return AnswerDetails.Missing("answer");
        string[] choices = sample.ReferenceField("choices") is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(choice => choice.ValueKind == JsonValueKind.String ? choice.GetString()! : choice.GetRawText()).Take(26)]
            : [];
        var options = choices.Length > 0 ? choices.Length : parameters.Options;
        char[] golds = [.. references.Select(reference => ByText(reference, choices, exact: true) ?? ChoiceLetter.Named(reference, options)).OfType<char>()];
        if (golds.Length == 0)
            return AnswerDetails.Unusable("reference.answer names no option");
        if (AnswerDetails.TooLong(sample) is { } tooLong)
            return tooLong;
        if (AnswerExtractor.ExtractText(sample.Completion, parameters.Scope) is not { } answer)
            return AnswerDetails.NoAnswer();
        if (Chosen(answer, choices, options) is not { } chosen)
            return RewardScore.Of(0, "no single option is chosen", AnswerDetails.Of("no_answer", answer));
        var correct = golds.Contains(chosen);
        return AnswerDetails.Verdict(correct, $"{chosen} {(correct ? "is" : "is not")} {string.Join(" or ", golds)}", answer);
    }

    private char? Chosen(ExtractedAnswer answer, string[] choices, int options)
    {
        if (answer.Source != "whole")
            return ByText(answer.Text, choices, exact: true) ?? ChoiceLetter.Named(answer.Text, options) ?? ByText(answer.Text, choices, exact: false);
        if (ByText(answer.Text, choices, exact: true) is { } whole)
            return whole;
        if (answer.Text.Length <= 3)
            return ChoiceLetter.Named(answer.Text, options);
        return parameters.AnchoredOnly ? null : ChoiceLetter.Last(answer.Text, options) ?? ByText(answer.Text, choices, exact: false);
    }

    /// <summary>The letter of the only option whose text is the answer, or stands in it.</summary>
    private static char? ByText(string answer, string[] choices, bool exact)
    {
        var given = AnswerWords.Normalize(answer, TextNormalizer.Squad);
        char? found = null;
        for (var i = 0; i < choices.Length; i++)
        {
            var choice = AnswerWords.Normalize(choices[i], TextNormalizer.Squad);
            // A choice that is a letter itself, such as the blood group B, is no text to look for.
            if (choice.Length == 0 || (choice.Length == 1 && char.IsAsciiLetter(choice[0])) || !(exact ? given == choice : $" {given} ".Contains($" {choice} ", StringComparison.Ordinal)))
                continue;
            if (found is not null)
                return null;
            found = (char)('A' + i);
        }
        return found;
    }
}
