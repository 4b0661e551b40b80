namespace Grpo.Losses.Kl;

/// <summary>x: unbiased, may be negative. Its gradient has expectation 0, so it belongs into the reward, not into the loss.</summary>
public static class K1
{
    /// <inheritdoc cref="EstimateKl"/>
    public static KlTerm Estimate(double logprob, double refLogprob) => new(logprob - refLogprob, 1);
}
