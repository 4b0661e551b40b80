namespace Grpo.Engines.Onnx.Products;

/// <summary>How a product is cut into pieces for the threads.</summary>
internal static class ProductPieces
{
    // Multiplications of a piece: some microseconds, so that handing it out costs little beside it.
    private const long Work = 1 << 18;

    /// <summary>Panels of a piece.</summary>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="depth">K.</param>
    /// <param name="columns">Columns of all panels.</param>
    /// <param name="panels">Panels.</param>
    /// <returns>1 to <paramref name="panels"/>.</returns>
    public static int Panels(int rows, int depth, long columns, int panels) => (int)Math.Clamp(Work * panels / ((long)rows * depth * columns), 1, panels);
}
