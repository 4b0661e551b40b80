namespace Grpo.Losses.Terms;

/// <summary>The unclipped surrogate, r A. Source: importance_sampling of Tinker and SkyRL.</summary>
public readonly struct ImportanceWeighted : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d log r = A r.</remarks>
    public static TokenTerms Evaluate(double ratio, double logprob, double oldLogprob, double advantage, LossOptions options)
    {
        var term = advantage == 0 ? 0 : ratio * advantage;
        return new(ratio, ratio, term, term, term, TokenClip.None, GradLogRatio: term);
    }
}
