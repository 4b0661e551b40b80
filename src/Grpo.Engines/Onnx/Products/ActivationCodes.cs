using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Decoding;

namespace Grpo.Engines.Onnx.Products;

/// <summary>
/// Rows of activations in 8 bits, every block of a row for itself: its largest magnitude becomes 127, and what others are in the batch makes no difference.
/// </summary>
internal readonly unsafe struct ActivationCodes
{
    /// <summary>Rows computed together.</summary>
    public const int Tile = 4;

    private const float Largest = 127;

    /// <summary>Room for the activations of a product; the rows that fill up the last tile are zero.</summary>
    /// <param name="shape">The weights.</param>
    /// <param name="rows">Rows of activations.</param>
    /// <param name="memory">Where they lie: made, or made larger, where need be.</param>
    public ActivationCodes(WeightShape shape, int rows, ref NativeBuffer? memory)
    {
        (Shape, Rows) = (shape, rows);
        var padded = (rows + Tile - 1) / Tile * Tile;
        var (codes, blocks) = ((long)padded * shape.PaddedDepth, (long)padded * shape.Blocks);
        var bytes = codes + (blocks * (sizeof(float) + sizeof(int)));
        if (memory is null || memory.Bytes < bytes)
        {
            memory?.Dispose();
            memory = new NativeBuffer(bytes);
        }

        Codes = (sbyte*)memory.Address;
        Scales = (float*)(Codes + codes);
        Offsets = (int*)(Scales + blocks);
        for (var row = rows; row < padded; row++)
        {
            new Span<sbyte>(Codes + ((long)row * shape.PaddedDepth), shape.PaddedDepth).Clear();
            for (var block = 0; block < shape.Blocks; block++)
            {
                var place = Place(row, block);
                (Scales[place], Offsets[place]) = (0, 0);
            }
        }
    }

    /// <summary>The weights; the codes are the same for all that differ in their columns only.</summary>
    public WeightShape Shape { get; init; }

    /// <summary>Rows of activations.</summary>
    public int Rows { get; }

    /// <summary>Codes, shape (rows filled up to whole tiles, padded depth).</summary>
    public sbyte* Codes { get; }

    /// <summary>What a code of 1 means, shape (tiles, blocks, rows of a tile).</summary>
    public float* Scales { get; }

    /// <summary>The sum of a block's codes times minus the weights' code of 0: what is added to its sums of products. Shape (tiles, blocks, rows of a tile).</summary>
    public int* Offsets { get; }

    /// <summary>Writes one row.</summary>
    /// <param name="row">Which.</param>
    /// <param name="values">Its activations, shape (K).</param>
    /// <param name="zero">The weights' code of 0.</param>
    [SkipLocalsInit]
    public void Write(int row, float* values, int zero)
    {
        var shape = Shape;
        var filled = stackalloc float[WeightShape.Run];
        for (var block = 0; block < shape.Blocks; block++)
        {
            var (first, end) = (block * shape.Block, Math.Min(shape.Depth, (block + 1) * shape.Block));
            var magnitude = MaxMagnitude(values + first, end - first);
            var (inverse, sum) = (magnitude == 0 ? 0 : Largest / magnitude, Vector256<int>.Zero);
            var codes = Codes + ((long)row * shape.PaddedDepth) + first;
            for (var run = 0; run < shape.Block; run += WeightShape.Run)
            {
                var source = values + first + run;
                var there = Math.Clamp(end - first - run, 0, WeightShape.Run);
                if (there < WeightShape.Run)
                {
                    var whole = new Span<float>(filled, WeightShape.Run);
                    whole.Clear();
                    new Span<float>(source, there).CopyTo(whole);
                    source = filled;
                }

                var (a, b, c, d) = (Round(source, inverse), Round(source + 8, inverse), Round(source + 16, inverse), Round(source + 24, inverse));
                Vector256.Narrow(Vector256.Narrow(a, b), Vector256.Narrow(c, d)).Store(codes + run);
                sum += a + b + (c + d);
            }

            var place = Place(row, block);
            Scales[place] = magnitude / Largest;
            Offsets[place] = -zero * Vector256.Sum(sum);
        }
    }

    // Those of a tile's rows lie together.
    private long Place(int row, int block) => (((long)(row / Tile) * Shape.Blocks) + block) * Tile + (row % Tile);

    // To the nearest integer, halves to the even one, as ONNX Runtime does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(float* values, float inverse) =>
        Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(values) * Vector256.Create(inverse)));

    // NaN is larger than everything, so that it shows in the product.
    private static float MaxMagnitude(float* values, int count)
    {
        var (lanes, i) = (Vector256<float>.Zero, 0);
        for (; i + Vector256<float>.Count <= count; i += Vector256<float>.Count)
        {
            lanes = Vector256.Max(lanes, Vector256.Abs(Vector256.Load(values + i)));
        }

        var four = Vector128.Max(lanes.GetLower(), lanes.GetUpper());
        var largest = Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3]));
        for (; i < count; i++) largest = Math.Max(largest, Math.Abs(values[i]));
        return largest;
    }
}
