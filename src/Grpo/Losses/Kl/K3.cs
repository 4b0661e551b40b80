using System.Numerics;
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
        // The rest in one pass over what is in the cache. Rounding may leave a negative residue near x = 0, where the true value is at least 0.
        var t = 0;
        for (; t <= x.Length - Vector<double>.Count; t += Vector<double>.Count)
        {
            var exponential = new Vector<double>(values[t..]);
            (Vector<double>.One - exponential).CopyTo(gradLogprobs[t..]);
            Vector.Max(exponential + new Vector<double>(x[t..]) - Vector<double>.One, Vector<double>.Zero).CopyTo(values[t..]);
        }

        for (; t < x.Length; t++) (values[t], gradLogprobs[t]) = (Math.Max(values[t] + x[t] - 1, 0), 1 - values[t]);
    }
}
