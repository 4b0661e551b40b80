namespace Grpo.Losses.Levels;

/// <summary>
/// One ratio per sequence, the geometric mean of token ratios that are each clipped on the side where they would earn more:
/// log c = 1/n sum_t x_t with d = lp - old, x = min(d, clip(d, -epsilon, epsilon_high)) for A &gt; 0 and the max for A &lt;= 0.
/// Source: GMPO, arXiv:2507.20673. The clip range is on the log ratio.
/// </summary>
public static class SequenceClippedLevel
{
    /// <inheritdoc cref="ComputeLogRatios"/>
    public static void LogRatios(in SequenceView sequence, LossOptions options, Span<double> logRatios)
    {
        var sum = 0.0;
        for (var t = 0; t < logRatios.Length; t++)
        {
            if (sequence.Includes(t)) sum += Clip(sequence, t, options).Clipped;
        }

        logRatios.Fill(sum / (Math.Max(sequence.TokenCount, 1) + options.Normalizer.RatioEpsilon));
    }

    /// <inheritdoc cref="PullBackGradient"/>
    /// <remarks>A clipped token does not move the ratio; any other moves it by 1/n of its own change.</remarks>
    public static void PullBack(in SequenceView sequence, LossOptions options, ReadOnlySpan<double> gradLogRatios, Span<double> gradLogprobs)
    {
        var sum = 0.0;
        foreach (var grad in gradLogRatios) sum += grad;
        for (var t = 0; t < gradLogprobs.Length; t++)
        {
            if (!sequence.Includes(t)) continue;
            var (logRatio, clipped) = Clip(sequence, t, options);
            if (logRatio == clipped) gradLogprobs[t] += sum / (sequence.TokenCount + options.Normalizer.RatioEpsilon);
        }
    }

    private static (double LogRatio, double Clipped) Clip(in SequenceView sequence, int token, LossOptions options)
    {
        var logRatio = sequence.Logprobs[token] - sequence.OldLogprobs[token];
        var clamped = Math.Clamp(logRatio, -options.Epsilon, options.EpsilonHigh ?? options.Epsilon);
        return (logRatio, sequence.Advantage(token) > 0 ? Math.Min(logRatio, clamped) : Math.Max(logRatio, clamped));
    }
}
