using System.Numerics.Tensors;

namespace Grpo.Losses.Kl;

/// <summary>x^2 / 2: biased value; on-policy its gradient is that of the reverse KL.</summary>
public static class K2
{
    /// <inheritdoc cref="EstimateKl"/>
    public static void Estimate(ReadOnlySpan<double> x, Span<double> values, Span<double> gradLogprobs)
    {
        x.CopyTo(gradLogprobs);
        TensorPrimitives.Multiply(x, x, values);
        TensorPrimitives.Divide(values, 2, values);
    }
}
