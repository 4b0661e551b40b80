using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// The clipped surrogate, 0 on the tokens selected by covariance. Source: Clip-Cov, arXiv:2505.22617, as in verl's compute_policy_loss_clip_cov.
/// </summary>
public readonly struct CovarianceClip : IPolicyTerm
{
    /// <inheritdoc/>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var terms = ClippedSurrogate.Evaluate(token, options);
        return new()
        {
            ClippedRatio = terms.ClippedRatio,
            UnclippedTerm = terms.UnclippedTerm,
            ClippedTerm = terms.ClippedTerm,
            MinTerm = Vector.ConditionalSelect(token.Selected, Vector<double>.Zero, terms.MinTerm),
            Clip = terms.Clip.Or(TokenClip.Selected, token.Selected),
            GradLogRatio = Vector.ConditionalSelect(token.Selected, Vector<double>.Zero, terms.GradLogRatio),
        };
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
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var unpenalised = token.TimesAdvantage(token.Ratio);
        var moved = token.Logprob - token.OldLogprob;
        var coefficient = Vector.ConditionalSelect(token.Selected, Vector.Create(options.KlCov.Coefficient), Vector<double>.Zero);
        var penalised = unpenalised - (coefficient * Vector.Abs(moved));
        var isMoved = ~Vector.Equals(moved, Vector<double>.Zero);
        return new()
        {
            ClippedRatio = token.Ratio,
            UnclippedTerm = unpenalised,
            ClippedTerm = penalised,
            MinTerm = penalised,
            GradLogRatio = unpenalised,
            GradLogprob = Vector.ConditionalSelect(isMoved, Vector.CopySign(coefficient, -moved), Vector<double>.Zero),
        };
    }
}
