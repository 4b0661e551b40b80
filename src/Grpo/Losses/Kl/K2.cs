namespace Grpo.Losses.Kl;

/// <summary>x^2 / 2: biased value; on-policy its gradient is that of the reverse KL.</summary>
public static class K2
{
    /// <inheritdoc cref="EstimateKl"/>
    public static KlTerm Estimate(double logprob, double refLogprob)
    {
        var x = logprob - refLogprob;
        return new(x * x / 2, x);
    }
}
