namespace Grpo.Losses.Corrections;

/// <summary>The ratio of the trainer's old policy to the sampler's.</summary>
public static class Mismatch
{
    /// <summary>exp(old_t - rollout_t).</summary>
    public static void OfTokens(in SequenceView sequence, ReadOnlySpan<double> logprobs, Span<double> ratios)
    {
        for (var t = 0; t < ratios.Length; t++)
        {
            ratios[t] = sequence.Includes(t) ? Math.Exp(logprobs[t] - sequence.RolloutLogprobs[t]) : 1;
        }
    }

    /// <summary>exp(sum_t (old_t - rollout_t)), the same for every token.</summary>
    public static void OfSequence(in SequenceView sequence, ReadOnlySpan<double> logprobs, Span<double> ratios)
    {
        var sum = 0.0;
        for (var t = 0; t < ratios.Length; t++)
        {
            if (sequence.Includes(t)) sum += logprobs[t] - sequence.RolloutLogprobs[t];
        }

        ratios.Fill(Math.Exp(sum));
    }
}
