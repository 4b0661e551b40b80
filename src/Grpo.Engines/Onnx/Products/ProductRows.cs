using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>Activations of any rank as rows.</summary>
internal static class ProductRows
{
    /// <summary>The most dimensions of activations.</summary>
    public const int MostDimensions = 8;

    /// <summary>The number of rows.</summary>
    /// <param name="activations">Shape (..., K).</param>
    /// <param name="depth">K.</param>
    /// <param name="dimensions">Room for the shape; cut to it.</param>
    /// <exception cref="InvalidOperationException">The activations have another width.</exception>
    public static int Count(KernelTensor activations, int depth, ref Span<long> dimensions)
    {
        dimensions = dimensions[..activations.GetShape(dimensions)];
        if (dimensions[^1] != depth) throw new InvalidOperationException($"The activations are {dimensions[^1]} wide, the weights {depth} deep.");
        var rows = 1L;
        foreach (var dimension in dimensions[..^1]) rows *= dimension;
        return checked((int)rows);
    }
}
