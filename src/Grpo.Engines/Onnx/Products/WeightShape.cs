namespace Grpo.Engines.Onnx.Products;

/// <summary>A quantized weight matrix, as MatMulNBits has it: every block of a column has a scale, and its codes lie around a middle that means 0.</summary>
/// <param name="Depth">K: the length of a column.</param>
/// <param name="Columns">N.</param>
/// <param name="Block">Weights of a column that share a scale, a multiple of 32; the last block may be cut off by K.</param>
/// <param name="Bits">Bits of a weight: 4 or 8.</param>
internal readonly record struct WeightShape(int Depth, int Columns, int Block, int Bits)
{
    /// <summary>Columns computed together.</summary>
    public const int PanelColumns = 16;

    /// <summary>Weights of a column that lie together.</summary>
    public const int Run = 32;

    /// <summary>Blocks of a column.</summary>
    public int Blocks => (Depth + Block - 1) / Block;

    /// <summary>Groups of 16 columns; the last may be filled up.</summary>
    public int Panels => (Columns + PanelColumns - 1) / PanelColumns;

    /// <summary>The length of a column, filled up to whole blocks.</summary>
    public int PaddedDepth => Blocks * Block;

    /// <summary>Bytes of a panel's codes.</summary>
    public long PanelBytes => (long)PaddedDepth * PanelColumns * Bits / 8;

    /// <summary>Bytes of all codes.</summary>
    public long CodeBytes => Panels * PanelBytes;

    /// <summary>The number of scales, those of filled-up columns included.</summary>
    public long ScaleCount => (long)Panels * PanelColumns * Blocks;
}
