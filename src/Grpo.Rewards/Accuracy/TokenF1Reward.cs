using System.ComponentModel;

namespace Grpo.Rewards.Accuracy;

/// <summary>Parameters of <see cref="TokenF1Reward"/>.</summary>
public sealed record TokenF1Params
{
    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>How texts are made comparable.</summary>
    [Description("none: as written. squad: lower case, no ASCII punctuation, no articles. nfkc: full-width, ligature, raised and lowered forms as plain ones, lower case.")]
    public TextNormalizer Normalizer { get; init; } = TextNormalizer.Squad;
}

/// <summary>How many words the final answer shares with the reference: the harmonic mean of precision and recall.</summary>
/// <remarks>F1 of SQuAD (Rajpurkar et al., arXiv:1606.05250), over words between white space; the best of several references counts.</remarks>
public sealed class TokenF1Reward(TokenF1Params parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<TokenF1Params, TokenF1Reward>
    {
        Name = "token_f1",
        Version = "2",
        Summary = "F1 over the words that the final answer shares with reference.answer (the best of a list): 2 shared / (words of the answer + words of the reference).",
        Formula = "score = max over references of 2 |A ∩ R| / (|A| + |R|), where A and R are the words of answer and reference with their counts",
        Source = "SQuAD F1, arXiv:1606.05250",
        ReferenceFields = ["answer"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample) => ReferenceAnswers.JudgeText(sample, parameters.Scope, Judge);

    private RewardScore Judge(IReadOnlyList<string> references, ExtractedAnswer answer)
    {
        var given = Words(answer.Text);
        var best = references.Max(reference => F1(given, Words(reference)));
        return RewardScore.Of(best, $"shares {best:0.##} of its words with the reference", AnswerDetails.Of("scored", answer));
    }

    private string[] Words(string text) => AnswerWords.Words(AnswerWords.Normalize(text, parameters.Normalizer));

    private static double F1(string[] given, string[] gold)
    {
        if (given.Length == 0 || gold.Length == 0)
            return given.Length == gold.Length ? 1 : 0;
        var left = gold.CountBy(word => word).ToDictionary();
        var shared = 0;
        foreach (var word in given)
        {
            if (left.GetValueOrDefault(word) > 0)
            {
                left[word]--;
                shared++;
            }
        }
        return 2.0 * shared / (given.Length + gold.Length);
    }
}
