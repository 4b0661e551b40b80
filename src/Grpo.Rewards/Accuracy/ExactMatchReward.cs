using System.ComponentModel;

namespace Grpo.Rewards.Accuracy;

/// <summary>Parameters of <see cref="ExactMatchReward"/>.</summary>
public sealed record ExactMatchParams
{
    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>How texts are made comparable.</summary>
    [Description("none: as written. squad: lower case, no ASCII punctuation, no articles, single spaces. nfkc: full-width, ligature, raised and lowered forms as plain ones, lower case, single spaces.")]
    public TextNormalizer Normalizer { get; init; } = TextNormalizer.Squad;

    /// <summary>Whether it is enough that the answer contains the reference.</summary>
    [Description("Accept an answer that contains the reference as whole words. Long answers then pay: use it to measure rather than to train.")]
    public bool Contains { get; init; }
}

/// <summary>1 when the final answer is one of the reference texts.</summary>
/// <remarks>Exact match of SQuAD (Rajpurkar et al., arXiv:1606.05250) with its normalisation by default. The answer is the last <c>&lt;answer&gt;</c>, the last box, what "the answer is" announces, or the whole text.</remarks>
public sealed class ExactMatchReward(ExactMatchParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<ExactMatchParams, ExactMatchReward>
    {
        Name = "exact_match",
        Version = "2",
        Summary = "1 when the final answer, as text, is reference.answer (or one of a list) after normalisation, else 0.",
        Formula = "score = 1[normalizer(answer) = normalizer(reference)], or with contains 1[normalizer(answer) contains normalizer(reference)]",
        Source = "SQuAD exact match, arXiv:1606.05250",
        ReferenceFields = ["answer"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample) => ReferenceAnswers.JudgeText(sample, parameters.Scope, Judge);

    private RewardScore Judge(IReadOnlyList<string> references, ExtractedAnswer answer)
    {
        var given = AnswerWords.Normalize(answer.Text, parameters.Normalizer);
        foreach (var reference in references)
        {
            var gold = AnswerWords.Normalize(reference, parameters.Normalizer);
            if (given == gold || (parameters.Contains && gold.Length > 0 && $" {given} ".Contains($" {gold} ", StringComparison.Ordinal)))
                return AnswerDetails.Verdict(true, $"matches {AnswerDetails.Short(reference)}", answer);
        }
        return AnswerDetails.Verdict(false, $"does not match {AnswerDetails.Short(references[0])}", answer);
    }
}
