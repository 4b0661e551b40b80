namespace Grpo.Losses.Levels;

/// <summary>
/// One ratio per sequence, its geometric mean over tokens: log s = 1/n sum_t (lp_t - old_t). Source: GSPO, arXiv:2507.18071, equation 7.
/// </summary>
public static class SequenceLevel
{
    /// <inheritdoc cref="ComputeLogRatios"/>
    public static void LogRatios(in SequenceView sequence, LossOptions options, Span<double> logRatios)
    {
        SequenceProductLevel.LogRatios(sequence, options, logRatios);
        foreach (ref var logRatio in logRatios) logRatio /= Math.Max(sequence.TokenCount, 1) + options.Normalizer.RatioEpsilon;
    }

    /// <inheritdoc cref="PullBackGradient"/>
    /// <remarks>Every token of the loss moves the one ratio by 1/n of its own change.</remarks>
    public static void PullBack(in SequenceView sequence, LossOptions options, ReadOnlySpan<double> gradLogRatios, Span<double> gradLogprobs)
    {
        var sum = 0.0;
        foreach (var grad in gradLogRatios) sum += grad;
        for (var t = 0; t < gradLogprobs.Length; t++)
        {
            if (sequence.Includes(t)) gradLogprobs[t] += sum / (sequence.TokenCount + options.Normalizer.RatioEpsilon);
        }
    }
}
