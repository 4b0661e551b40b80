namespace Grpo.Losses.Levels;

/// <summary>
/// One ratio per sequence, the ratio of its probabilities: log R = sum_t (lp_t - old_t). Source: RLOO, arXiv:2402.14740, as in TRL's RLOO trainer.
/// </summary>
public static class SequenceProductLevel
{
    /// <inheritdoc cref="ComputeLogRatios"/>
    /// <remarks>VESPO bounds the change of each token before the sum; its gradient does not pass through the ratio.</remarks>
    public static void LogRatios(in SequenceView sequence, LossOptions options, Span<double> logRatios)
    {
        var (sum, largest) = (0.0, options.LossType.LargestTokenLogRatio);
        for (var t = 0; t < logRatios.Length; t++)
        {
            if (sequence.Includes(t)) sum += Math.Clamp(sequence.Logprobs[t] - sequence.OldLogprobs[t], -largest, largest);
        }

        logRatios.Fill(sum);
    }

    /// <inheritdoc cref="PullBackGradient"/>
    /// <remarks>Every token of the loss moves the one ratio by its own change.</remarks>
    public static void PullBack(in SequenceView sequence, LossOptions options, ReadOnlySpan<double> gradLogRatios, Span<double> gradLogprobs)
    {
        var sum = 0.0;
        foreach (var grad in gradLogRatios) sum += grad;
        for (var t = 0; t < gradLogprobs.Length; t++)
        {
            if (sequence.Includes(t)) gradLogprobs[t] += sum;
        }
    }
}
