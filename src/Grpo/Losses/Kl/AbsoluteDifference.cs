using System.Numerics.Tensors;

namespace Grpo.Losses.Kl;

/// <summary>|x|, verl's "abs"; the gradient at 0 is taken as 0.</summary>
public static class AbsoluteDifference
{
    /// <inheritdoc cref="EstimateKl"/>
    public static void Estimate(ReadOnlySpan<double> x, Span<double> values, Span<double> gradLogprobs)
    {
        TensorPrimitives.Abs(x, values);
        for (var t = 0; t < x.Length; t++) gradLogprobs[t] = x[t] > 0 ? 1 : x[t] < 0 ? -1 : 0;
    }
}
