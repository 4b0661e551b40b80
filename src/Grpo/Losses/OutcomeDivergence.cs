namespace Grpo.Losses;

/// <summary>
/// The exact divergence of a distribution over given outcomes, sum_i p_i log(p_i / ref_i): each sequence is one outcome, with p_i the product of its token
/// probabilities. Exact when the outcomes are all there are; no estimator, and no aggregation.
/// </summary>
public static class OutcomeDivergence
{
    /// <summary>The estimator's name that stands for it.</summary>
    public const string Name = "full";

    /// <summary>Adds d/d logprob, scaled, and answers each outcome's part.</summary>
    /// <param name="batch">The outcomes.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="gradLogprobs">scale p_i (log(p_i / ref_i) + 1) is added on each token of the mask; null when not wanted.</param>
    /// <returns>p_i log(p_i / ref_i), shape (N).</returns>
    public static double[] Accumulate(IReadOnlyList<LossSequence> batch, double scale, double[][]? gradLogprobs)
    {
        var parts = new double[batch.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var sequence = batch[i].View;
            var (log, logRef) = (0.0, 0.0);
            for (var t = 0; t < sequence.Length; t++)
            {
                if (sequence.Includes(t)) (log, logRef) = (log + sequence.Logprobs[t], logRef + sequence.RefLogprobs[t]);
            }

            if (sequence.TokenCount == 0) continue;
            var probability = Math.Exp(log);
            parts[i] = probability == 0 ? 0 : probability * (log - logRef);
            for (var t = 0; gradLogprobs is not null && t < sequence.Length; t++)
            {
                if (sequence.Includes(t) && probability > 0) gradLogprobs[i][t] += scale * (parts[i] + probability);
            }
        }

        return parts;
    }
}
