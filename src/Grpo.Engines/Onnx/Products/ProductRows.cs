using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Products;

/// <summary>Activations of any rank as rows.</summary>
internal static class ProductRows
{
    /// <summary>The most dimensions of activations.</summary>
    public const int MostDimensions = 8;

    // Multiplications of a piece: some microseconds, so that handing it out costs little beside it.
    private const long PieceWork = 1 << 18;

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

    /// <summary>How many panels a thread is given at a time.</summary>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="depth">K.</param>
    /// <param name="columns">Columns of all panels.</param>
    /// <param name="panels">Panels.</param>
    public static int PanelsOfPiece(int rows, int depth, long columns, int panels) => (int)Math.Clamp(PieceWork * panels / ((long)rows * depth * columns), 1, panels);
}
