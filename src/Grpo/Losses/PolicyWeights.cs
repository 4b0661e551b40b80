using System.Numerics.Tensors;

namespace Grpo.Losses;

/// <summary>The constant weight of each token's policy term: the rollout correction, the caller's own weights, and the masks of what is off-policy.</summary>
internal static class PolicyWeights
{
    /// <summary>Whether nothing gives a token another weight than 1.</summary>
    public static bool AreOnes(in SequenceView sequence, LossOptions options) => options.RolloutCorrection is null && sequence.Weights.IsEmpty && options.OffPolicyMaskThreshold is null;

    /// <summary>Writes the weights of one sequence.</summary>
    /// <param name="sequence">The completion.</param>
    /// <param name="options">The settings of the loss.</param>
    /// <param name="logRatios">The log ratios, shape (T); a loss type may take the correction into them.</param>
    /// <param name="weights">Destination, shape (T).</param>
    public static void Write(in SequenceView sequence, LossOptions options, Span<double> logRatios, Span<double> weights)
    {
        weights.Fill(1);
        if (options.RolloutCorrection is { } correction) correction.Weigh(sequence, weights);
        if (options.LossType.CorrectionEntersRatio && options.RolloutCorrection is { } entering) MoveIntoRatio(sequence, entering, logRatios, weights);
        if (!sequence.Weights.IsEmpty) TensorPrimitives.Multiply(weights, sequence.Weights, weights);
        if (options.OffPolicyMaskThreshold is { } threshold && sequence.TokenCount > 0) MaskOffPolicy(sequence, threshold, weights);
    }

    /// <summary>VESPO: log w gains the sum of the log weights, which become 1.</summary>
    private static void MoveIntoRatio(in SequenceView sequence, RolloutCorrection correction, Span<double> logRatios, Span<double> weights)
    {
        var sum = 0.0;
        for (var t = 0; t < weights.Length; t++)
        {
            if (!sequence.Includes(t)) continue;
            sum += Math.Clamp(Math.Log(weights[t]), Math.Log(1e-8), 20);
            if (correction.Mode.OneWeightPerSequence) break;
        }

        foreach (ref var logRatio in logRatios) logRatio += sum;
        weights.Fill(1);
    }

    /// <summary>Off-policy sequence mask: a negative advantage counts only where mean_t(rollout - lp) is at most the threshold (DeepSeek-V3.2, equation 9).</summary>
    private static void MaskOffPolicy(in SequenceView sequence, double threshold, Span<double> weights)
    {
        if (OffPolicyGap(sequence) <= threshold) return;
        for (var t = 0; t < weights.Length; t++)
        {
            if (sequence.Includes(t) && sequence.Advantage(t) < 0) weights[t] = 0;
        }
    }

    /// <summary>mean_t(q - lp), with q the sampler's log-probability, or the old one where the sampler's is not given.</summary>
    internal static double OffPolicyGap(in SequenceView sequence)
    {
        var before = sequence.RolloutLogprobs.IsEmpty ? sequence.OldLogprobs : sequence.RolloutLogprobs;
        var sum = 0.0;
        for (var t = 0; t < sequence.Length; t++)
        {
            if (sequence.Includes(t)) sum += before[t] - sequence.Logprobs[t];
        }

        return sum / sequence.TokenCount;
    }
}
