namespace Grpo.Losses.Terms;

/// <summary>The unclipped surrogate, r A. Source: importance_sampling of Tinker and SkyRL.</summary>
public readonly struct ImportanceWeighted : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d log r = A r.</remarks>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var term = token.Advantage == 0 ? 0 : token.Ratio * token.Advantage;
        return new(token.Ratio, token.Ratio, term, term, term, TokenClip.None, GradLogRatio: term);
    }
}
