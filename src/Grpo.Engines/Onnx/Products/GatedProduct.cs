using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// gate · sigmoid(gate) · up for two products of the same rows: a panel of gate and the same one of up, and their gate at once, while both are in the first cache. Gate and up as a whole,
/// which are the widest activations of a layer, are never in memory.
/// </summary>
/// <param name="gate">The product that is gated by itself; its output is not written.</param>
/// <param name="up">The product of the same shape that it is multiplied with; its output is not written.</param>
/// <param name="output">Shape (rows, columns).</param>
internal readonly unsafe struct GatedProduct<TLanes, TVector>(MatrixProduct<TLanes, TVector> gate, MatrixProduct<TLanes, TVector> up, float* output)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Computes panels for all rows.</summary>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="endPanel">The panel after the last one.</param>
    [SkipLocalsInit]
    public void Run(int firstPanel, int endPanel)
    {
        var width = MatrixProduct<TLanes, TVector>.PanelColumns;
        var gates = stackalloc float[2 * MatrixProduct<TLanes, TVector>.RowsTogether * width];
        var ups = gates + (MatrixProduct<TLanes, TVector>.RowsTogether * width);
        for (var row = 0; row < gate.Rows; row += MatrixProduct<TLanes, TVector>.RowsTogether)
        {
            var end = Math.Min(gate.Rows, row + MatrixProduct<TLanes, TVector>.RowsTogether);
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                gate.Multiply(panel, row, end, gates, width, up.Panel(panel));
                up.Multiply(panel, row, end, ups, width, gate.Panel(panel + 1));
                var column = panel * width;
                for (var one = row; one < end; one++)
                {
                    var at = (one - row) * width;
                    SwiGlu<TLanes, TVector>.Run(gates + at, ups + at, output + ((long)one * gate.Columns) + column, Math.Min(width, gate.Columns - column));
                }
            }
        }
    }
}
