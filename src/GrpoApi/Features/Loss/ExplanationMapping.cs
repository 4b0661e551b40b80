using Grpo.Losses;
using Grpo.Losses.Terms;

namespace GrpoApi.Features.Loss;

/// <summary>From the algorithm's explanation to the answer's.</summary>
internal static class ExplanationMapping
{
    public static Explanation ToResponse(this LossExplanation explanation, LossRequest request) => new()
    {
        Surrogate = explanation.Surrogate,
        KlPenalty = explanation.KlPenalty,
        Objective = explanation.Objective,
        Sequences = [.. explanation.Sequences.Select((tokens, index) => new SequenceExplanation
        {
            Advantage = request.Sequences[index].Advantage,
            Tokens = [.. tokens.Select(Numbers)],
        })],
    };

    private static TokenNumbers Numbers(TokenExplanation token) => new()
    {
        Ratio = token.Terms.Ratio,
        ClippedRatio = token.Terms.ClippedRatio,
        UnclippedTerm = token.Terms.UnclippedTerm,
        ClippedTerm = token.Terms.ClippedTerm,
        MinTerm = token.Terms.MinTerm,
        Clipped = token.Terms.Clip != TokenClip.None,
        RolloutWeight = token.RolloutWeight,
        Kl = token.Kl,
        BetaKl = token.BetaKl,
        Objective = token.Objective,
        Weight = token.Weight,
    };
}
