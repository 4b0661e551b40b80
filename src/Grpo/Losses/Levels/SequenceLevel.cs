namespace Grpo.Losses.Levels;

/// <summary>
/// One ratio per sequence, its geometric mean over tokens: log s = 1/n sum_t (lp_t - old_t). Source: GSPO, arXiv:2507.18071, equation 7.
/// </summary>
public static class SequenceLevel
{
    /// <inheritdoc cref="ComputeLogRatios"/>
    public static void LogRatios(in SequenceView sequence, Span<double> logRatios)
    {
        var sum = 0.0;
        for (var t = 0; t < logRatios.Length; t++)
        {
            if (sequence.Includes(t)) sum += sequence.Logprobs[t] - sequence.OldLogprobs[t];
        }

        logRatios.Fill(sum / Math.Max(sequence.TokenCount, 1));
    }

    /// <inheritdoc cref="PullBackGradient"/>
    /// <remarks>Every token of the loss moves the one ratio by 1/n of its own change.</remarks>
    public static void PullBack(in SequenceView sequence, ReadOnlySpan<double> gradLogRatios, Span<double> gradLogprobs)
    {
        var sum = 0.0;
        foreach (var grad in gradLogRatios) sum += grad;
        for (var t = 0; t < gradLogprobs.Length; t++)
        {
            if (sequence.Includes(t)) gradLogprobs[t] += sum / sequence.TokenCount;
        }
    }
}
