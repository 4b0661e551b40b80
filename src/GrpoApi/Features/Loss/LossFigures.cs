using Grpo.Losses;
using Grpo.Losses.Terms;

namespace GrpoApi.Features.Loss;

/// <summary>Every number of a loss, token by token, for the metrics of a trainer.</summary>
/// <param name="request">What was asked.</param>
/// <param name="canonical">What it means.</param>
/// <param name="result">What came out; with its explanation where the metrics read tokens.</param>
internal sealed class LossFigures(LossRequest request, LossRequest canonical, LossResult result)
{
    /// <summary>verl's and NeMo-RL's constant beside the number of tokens.</summary>
    public const double Epsilon = 1e-8;

    /// <summary>What was asked.</summary>
    public LossRequest Request => request;

    /// <summary>What it means.</summary>
    public LossRequest Canonical => canonical;

    /// <summary>What came out.</summary>
    public LossResult Result => result;

    /// <summary>The tokens in the loss, of a result that was explained.</summary>
    public IReadOnlyList<TokenFigures> Tokens => field ??= [.. Enumerable.Range(0, canonical.Sequences.Count).SelectMany(index => Of(canonical, result, index))];

    /// <summary>The mean over the tokens of one sequence, or of all.</summary>
    public double Mean(Func<TokenFigures, double> figure, double epsilon = 0) => Mean(Tokens, figure, epsilon);

    /// <summary>The share of the tokens.</summary>
    public double Share(Func<TokenFigures, bool> condition, double epsilon = 0) => Mean(token => condition(token) ? 1 : 0, epsilon);

    /// <summary>The mean over some tokens; NaN without any.</summary>
    public static double Mean(IReadOnlyCollection<TokenFigures> tokens, Func<TokenFigures, double> figure, double epsilon = 0) =>
        tokens.Count == 0 ? double.NaN : tokens.Sum(figure) / (tokens.Count + epsilon);

    private static IEnumerable<TokenFigures> Of(LossRequest canonical, LossResult result, int index)
    {
        var sequence = canonical.Sequences[index];
        for (var t = 0; t < sequence.Length; t++)
        {
            // A rollout correction may have rejected the token.
            if (!sequence.Includes(t) || double.IsNaN(result.Explanation!.Sequences[index][t].Weight * result.Explanation.Sequences[index][t].RolloutWeight)) continue;
            var old = (sequence.OldLogprobs ?? sequence.Logprobs!)[t];
            yield return new(
                index, sequence.Logprobs![t], old, sequence.RolloutLogprobs is { } rollout ? rollout[t] : old,
                sequence.Advantages is { } advantages ? advantages[t] : sequence.Advantage ?? 1, result.Explanation.Sequences[index][t]);
        }
    }
}

/// <summary>The numbers of one token.</summary>
/// <param name="Sequence">Its sequence.</param>
/// <param name="Logprob">Under the policy that is trained.</param>
/// <param name="Old">Before the update.</param>
/// <param name="Rollout">As the sampler reported it; the old one when it did not.</param>
/// <param name="Advantage">The advantage.</param>
/// <param name="Numbers">What was computed.</param>
internal readonly record struct TokenFigures(int Sequence, double Logprob, double Old, double Rollout, double Advantage, TokenExplanation Numbers)
{
    /// <summary>The importance ratio.</summary>
    public double Ratio => Numbers.Terms.Ratio;

    /// <summary>The bound it met.</summary>
    public TokenClip Clip => Numbers.Terms.Clip;

    /// <summary>Whether the clip range took the gradient away.</summary>
    public bool IsClipped => Clip is TokenClip.Low or TokenClip.High;
}
