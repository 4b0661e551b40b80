namespace Grpo.Losses.Terms;

/// <summary>
/// The clipped surrogate, 0 on the tokens selected by covariance. Source: Clip-Cov, arXiv:2505.22617, as in verl's compute_policy_loss_clip_cov.
/// </summary>
public readonly struct CovarianceClip : IPolicyTerm
{
    /// <inheritdoc/>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var terms = ClippedSurrogate.Evaluate(token, options);
        return token.Selected ? terms with { MinTerm = 0, GradLogRatio = 0, Clip = TokenClip.Selected } : terms;
    }
}

/// <summary>
/// r A - coef |log pi - log pi_old| on the tokens of the largest covariance, r A elsewhere. Source: KL-Cov, arXiv:2505.22617, as in verl's
/// compute_policy_loss_kl_cov.
/// </summary>
public readonly struct CovariancePenalty : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d log r = A r; d objective / d logprob = -coef sign(log pi - log pi_old) on the selected tokens.</remarks>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var terms = ImportanceWeighted.Evaluate(token, options);
        if (!token.Selected) return terms;
        var moved = token.Logprob - token.OldLogprob;
        var penalised = terms.MinTerm - (options.KlCov.Coefficient * Math.Abs(moved));
        return terms with { ClippedTerm = penalised, MinTerm = penalised, GradLogprob = -options.KlCov.Coefficient * Math.Sign(moved) };
    }
}
