namespace Grpo.Losses.Terms;

/// <summary>A log pi, the policy gradient without a ratio. Source: REINFORCE (Williams, 1992); GPG, arXiv:2504.02546.</summary>
public readonly struct LogLikelihood : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = A.</remarks>
    public static TokenTerms Evaluate(double ratio, double logprob, double oldLogprob, double advantage, LossOptions options)
    {
        var term = advantage * logprob;
        return new(ratio, ratio, term, term, term, TokenClip.None, GradLogRatio: 0, GradLogprob: advantage);
    }
}
