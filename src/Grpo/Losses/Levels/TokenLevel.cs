using System.Numerics.Tensors;

namespace Grpo.Losses.Levels;

/// <summary>One ratio per token: log r_t = lp_t - old_t. Source: GRPO, arXiv:2402.03300, equation 3.</summary>
public static class TokenLevel
{
    /// <inheritdoc cref="ComputeLogRatios"/>
    public static void LogRatios(in SequenceView sequence, LossOptions options, Span<double> logRatios) =>
        TensorPrimitives.Subtract(sequence.Logprobs, sequence.OldLogprobs, logRatios);

    /// <inheritdoc cref="PullBackGradient"/>
    public static void PullBack(in SequenceView sequence, LossOptions options, ReadOnlySpan<double> gradLogRatios, Span<double> gradLogprobs) =>
        TensorPrimitives.Add(gradLogprobs, gradLogRatios, gradLogprobs);
}
