using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Norms;

/// <summary>
/// One token's residual stream: what a layer adds to it, and the sum divided by its root mean square and weighed (arXiv:1910.07467). A token's bits depend on nothing but its own
/// values.
/// </summary>
internal static unsafe class AddRmsNorm<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>sum = added + residual; output = sum / √(mean(sum²) + epsilon) · weight.</summary>
    /// <param name="added">Shape (width).</param>
    /// <param name="residual">Shape (width).</param>
    /// <param name="weight">Shape (width).</param>
    /// <param name="width">H, the values of a token.</param>
    /// <param name="epsilon">What keeps the root from 0.</param>
    /// <param name="sum">Shape (width).</param>
    /// <param name="output">Shape (width).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* added, float* residual, float* weight, int width, float epsilon, float* sum, float* output)
    {
        // Two sums of squares: an addition takes several times as long as the next one can start.
        var (w, i) = (TLanes.Width, 0);
        TVector even = TLanes.Zero, odd = even;
        for (; i + (2 * w) <= width; i += 2 * w)
        {
            var (x, y) = (TLanes.Add(TLanes.Load(added + i), TLanes.Load(residual + i)), TLanes.Add(TLanes.Load(added + i + w), TLanes.Load(residual + i + w)));
            TLanes.Store(x, sum + i);
            TLanes.Store(y, sum + i + w);
            even = TLanes.MultiplyAdd(x, x, even);
            odd = TLanes.MultiplyAdd(y, y, odd);
        }

        var squares = TLanes.Sum(TLanes.Add(even, odd));
        for (; i < width; i++)
        {
            sum[i] = added[i] + residual[i];
            squares += sum[i] * sum[i];
        }

        var factor = 1 / MathF.Sqrt((squares / width) + epsilon);
        var scale = TLanes.Broadcast(factor);
        for (i = 0; i + w <= width; i += w)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(TLanes.Load(sum + i), scale), TLanes.Load(weight + i)), output + i);
        }

        for (; i < width; i++)
        {
            output[i] = sum[i] * factor * weight[i];
        }
    }
}
