namespace Grpo.Losses.Terms;

/// <summary>A log pi, the policy gradient without a ratio. Source: REINFORCE (Williams, 1992); GPG, arXiv:2504.02546.</summary>
public readonly struct LogLikelihood : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = A.</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var term = token.Advantage * token.Logprob;
        return new() { ClippedRatio = token.Ratio, UnclippedTerm = term, ClippedTerm = term, MinTerm = term, GradLogprob = token.Advantage };
    }
}
