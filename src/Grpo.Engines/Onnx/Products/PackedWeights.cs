using System.Buffers.Binary;
using Grpo.Engines.Onnx.Decoding;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// Quantized weights in the order in which <see cref="BlockProduct"/> reads them, in native memory: for every panel of 16 columns, run by run of 32
/// weights, the codes (<see cref="IWeightCodes"/>); behind all codes the scales, shape (panels, blocks, 16). As large as the original.
/// </summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    private readonly NativeBuffer _memory;

    /// <summary>Packs the weights of a MatMulNBits node.</summary>
    /// <param name="shape">Their shape.</param>
    /// <param name="codes">Input B, shape (N, blocks, block · bits / 8); of two 4-bit codes in a byte the lower comes first.</param>
    /// <param name="scales">Shape (N, blocks).</param>
    public PackedWeights(WeightShape shape, ReadOnlySpan<byte> codes, ReadOnlySpan<float> scales)
    {
        Shape = shape;
        _memory = new NativeBuffer(shape.CodeBytes + (shape.ScaleCount * sizeof(float)));
        new Span<byte>((byte*)_memory.Address, checked((int)_memory.Bytes)).Clear();
        for (var column = 0; column < shape.Columns; column++)
        {
            var bytes = shape.PaddedDepth * shape.Bits / 8;
            PackCodes(column, codes.Slice(column * bytes, bytes));
            for (var block = 0; block < shape.Blocks; block++)
            {
                var (panel, place) = Math.DivRem(column, WeightShape.PanelColumns);
                Scales[(((long)panel * shape.Blocks) + block) * WeightShape.PanelColumns + place] = scales[(column * shape.Blocks) + block];
            }
        }
    }

    /// <summary>Their shape.</summary>
    public WeightShape Shape { get; }

    /// <summary>Where they lie; valid until they are disposed.</summary>
    public nint Address => _memory.Address;

    private byte* Codes => (byte*)_memory.Address;

    private float* Scales => (float*)(Codes + Shape.CodeBytes);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    // Four weights of a column at a time: they lie side by side in either order.
    private void PackCodes(int column, ReadOnlySpan<byte> codes)
    {
        var (panel, place) = Math.DivRem(column, WeightShape.PanelColumns);
        var (half, lane) = Math.DivRem(place, 8);
        var start = Codes + (panel * Shape.PanelBytes);
        var runBytes = WeightShape.Run * WeightShape.PanelColumns * Shape.Bits / 8;
        for (var four = 0; four < Shape.PaddedDepth / 4; four++)
        {
            var (run, step) = Math.DivRem(four, WeightShape.Run / 4);
            var to = start + (run * runBytes) + (4 * lane);
            if (Shape.Bits == 8)
            {
                *(uint*)(to + (((2 * step) + half) * 32)) = BinaryPrimitives.ReadUInt32LittleEndian(codes[(4 * four)..]);
            }
            else
            {
                uint read = BinaryPrimitives.ReadUInt16LittleEndian(codes[(2 * four)..]);
                var bytes = (read & 0xF) | ((read & 0xF0) << 4) | ((read & 0xF00) << 8) | ((read & 0xF000) << 12);
                *(uint*)(to + (((2 * (step & 3)) + half) * 32)) |= bytes << (step < 4 ? 0 : 4);
            }
        }
    }
}
