namespace Grpo.Losses.Kl;

/// <summary>x: unbiased, may be negative. Its gradient has expectation 0, so it belongs into the reward, not into the loss.</summary>
public static class K1
{
    /// <inheritdoc cref="EstimateKl"/>
    public static void Estimate(ReadOnlySpan<double> x, Span<double> values, Span<double> gradLogprobs)
    {
        x.CopyTo(values);
        gradLogprobs.Fill(1);
    }
}
