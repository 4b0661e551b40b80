namespace Grpo.Losses.Levels;

/// <summary>
/// The value of the sequence's ratio, the gradient of the token's own: log s_t = sg(log s) + lp_t - sg(lp_t). Source: GSPO-token,
/// arXiv:2507.18071, equation 14. Forward as <see cref="SequenceLevel"/>, backward as <see cref="TokenLevel"/>.
/// </summary>
public static class SequenceTokenLevel
{
    /// <inheritdoc cref="ComputeLogRatios"/>
    public static void LogRatios(in SequenceView sequence, LossOptions options, Span<double> logRatios) =>
        SequenceLevel.LogRatios(sequence, options, logRatios);

    /// <inheritdoc cref="PullBackGradient"/>
    public static void PullBack(in SequenceView sequence, LossOptions options, ReadOnlySpan<double> gradLogRatios, Span<double> gradLogprobs) =>
        TokenLevel.PullBack(sequence, options, gradLogRatios, gradLogprobs);
}
