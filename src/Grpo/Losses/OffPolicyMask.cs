namespace Grpo.Losses;

/// <summary>The off-policy sequence mask (OPSM). Source: DeepSeek-V3.2, equation 9, as in TRL and slime.</summary>
public static class OffPolicyMask
{
    /// <summary>Whether a sequence stays: its advantage is not negative, or mean_t(q - lp) is at most the threshold, q being the sampler's or else the old log-probability.</summary>
    /// <param name="sequence">The completion; with an advantage per token the first one decides.</param>
    /// <param name="threshold">In nats.</param>
    public static bool Keeps(LossSequence sequence, double threshold) =>
        sequence.TokenCount == 0 || sequence.View.Advantage(0) >= 0 || PolicyWeights.OffPolicyGap(sequence.View) <= threshold;
}
