namespace Grpo.Losses.Kl;

/// <summary>exp(-x) + x - 1: unbiased value, never negative (GRPO, arXiv:2402.03300, equation 4); its gradient is biased.</summary>
public static class K3
{
    /// <inheritdoc cref="EstimateKl"/>
    public static KlTerm Estimate(double logprob, double refLogprob)
    {
        var x = logprob - refLogprob;
        var ratio = Math.Exp(-x);
        // Rounding may leave a negative residue near x = 0, where the true value is at least 0.
        return new(Math.Max(ratio + x - 1, 0), 1 - ratio);
    }
}
