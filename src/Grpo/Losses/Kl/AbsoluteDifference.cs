namespace Grpo.Losses.Kl;

/// <summary>|x|, verl's "abs"; the gradient at 0 is taken as 0.</summary>
public static class AbsoluteDifference
{
    /// <inheritdoc cref="EstimateKl"/>
    public static KlTerm Estimate(double logprob, double refLogprob)
    {
        var x = logprob - refLogprob;
        return new(Math.Abs(x), Math.Sign(x));
    }
}
