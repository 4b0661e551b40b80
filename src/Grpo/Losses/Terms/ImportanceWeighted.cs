namespace Grpo.Losses.Terms;

/// <summary>The unclipped surrogate, r A. Source: importance_sampling of Tinker and SkyRL.</summary>
public readonly struct ImportanceWeighted : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d log r = A r.</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var term = token.TimesAdvantage(token.Ratio);
        return new() { ClippedRatio = token.Ratio, UnclippedTerm = term, ClippedTerm = term, MinTerm = term, GradLogRatio = term };
    }
}
