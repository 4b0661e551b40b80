using System.Numerics.Tensors;

namespace Grpo.Losses.Kl;

/// <summary>exp(-x) + x - 1: unbiased value, never negative (GRPO, arXiv:2402.03300, equation 4); its gradient is biased.</summary>
public static class K3
{
    /// <inheritdoc cref="EstimateKl"/>
    public static void Estimate(ReadOnlySpan<double> x, Span<double> values, Span<double> gradLogprobs)
    {
        TensorPrimitives.Negate(x, values);
        TensorPrimitives.Exp(values, values);
        TensorPrimitives.Subtract(1, values, gradLogprobs);
        TensorPrimitives.Add(values, x, values);
        TensorPrimitives.Subtract(values, 1, values);
        // Rounding may leave a negative residue near x = 0, where the true value is at least 0.
        TensorPrimitives.Max(values, 0, values);
    }
}
