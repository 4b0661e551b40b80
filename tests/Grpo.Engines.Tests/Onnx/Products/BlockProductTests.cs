using System.Runtime.InteropServices;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Products;

namespace Grpo.Engines.Tests.Onnx.Products;

/// <summary>Products of quantized weights and activations rounded to 8 bits, against a reference in float64 that reads the weights as MatMulNBits stores them.</summary>
public sealed unsafe class BlockProductTests
{
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        // bits, K, N, block, rows
        { 8, 32, 16, 32, 1 },
        { 8, 64, 16, 32, 4 },
        { 8, 96, 40, 32, 7 },
        { 8, 33, 17, 32, 5 },
        { 8, 300, 50, 128, 9 },
        { 8, 256, 1, 64, 16 },
        { 4, 32, 16, 32, 1 },
        { 4, 64, 32, 32, 8 },
        { 4, 100, 23, 32, 6 },
        { 4, 513, 33, 256, 3 },
        { 4, 1, 1, 32, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_product_is_that_of_the_rounded_activations_and_the_dequantized_weights(int bits, int depth, int columns, int block, int rows)
    {
        var given = new Given(new WeightShape(depth, columns, block, bits), rows);

        foreach (var actual in given.Products())
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var (expected, size) = given.Expected(row, column);
                    Assert.Equal(expected, actual[(row * columns) + column], 1e-6 * (size + 1));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void All_ways_give_the_same_bits_and_so_does_a_row_alone(int bits, int depth, int columns, int block, int rows)
    {
        var given = new Given(new WeightShape(depth, columns, block, bits), rows);
        var all = given.Products();

        Assert.All(all, one => Assert.Equal(all[0], one));
        for (var row = 0; row < rows; row++)
        {
            var alone = new Given(given, row);
            Assert.All(alone.Products(), one => Assert.Equal(all[0][(row * columns)..((row + 1) * columns)], one));
        }
    }

    [Theory]
    [InlineData(8, 0, -3, 32)]
    [InlineData(8, 0, 3, 256)]
    [InlineData(8, 255, -3, 32)]
    [InlineData(8, 255, 3, 256)]
    [InlineData(4, 0, -3, 256)]
    [InlineData(4, 0, 3, 32)]
    [InlineData(4, 255, -3, 256)]
    [InlineData(4, 255, 3, 32)]
    public void Extreme_codes_do_not_overflow(int bits, byte codes, float activations, int block)
    {
        var given = new Given(new WeightShape(256, 16, block, bits), 4);
        Array.Fill(given.Codes, codes);
        Array.Fill(given.Activations, activations);

        foreach (var product in given.Products())
        {
            for (var column = 0; column < 16; column++) Assert.Equal(given.Expected(0, column).Value, product[column], 1e-5 * given.Expected(0, column).Size);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Activations_that_are_not_finite_give_nothing_finite_in_their_row_only(float broken)
    {
        var given = new Given(new WeightShape(64, 16, 32, 8), 3);
        given.Activations[64 + 40] = broken;

        Assert.All(given.Products(), product =>
        {
            Assert.All(product[16..32], value => Assert.False(float.IsFinite(value)));
            Assert.All(product[..16].Concat(product[32..]), value => Assert.True(float.IsFinite(value)));
        });
    }

    [Theory]
    [InlineData(8, 8.5f, 127)]
    [InlineData(8, 0f, 0)]
    public void The_largest_magnitude_of_a_block_becomes_127(int count, float largest, int code)
    {
        var shape = new WeightShape(32, 16, 32, 8);
        var values = new float[32];
        values[count] = -largest;
        NativeBuffer? memory = null;
        var activations = new ActivationCodes(shape, 1, ref memory);
        fixed (float* pointer = values) activations.Write(0, pointer, EightBits.Zero);

        Assert.Equal(-code, activations.Codes[count]);
        Assert.Equal(largest / 127, activations.Scales[0]);
        Assert.Equal(128 * code, activations.Offsets[0]);
        memory!.Dispose();
    }

    /// <summary>Random weights as MatMulNBits stores them, and activations.</summary>
    private sealed class Given
    {
        private readonly WeightShape _shape;
        private readonly int _rows;

        public Given(WeightShape shape, int rows)
        {
            (_shape, _rows) = (shape, rows);
            var random = new Random((shape.Depth * 31) + shape.Columns);
            Codes = new byte[shape.Columns * shape.PaddedDepth * shape.Bits / 8];
            random.NextBytes(Codes);
            Scales = [.. Enumerable.Range(0, shape.Columns * shape.Blocks).Select(_ => 0.01f + random.NextSingle())];
            Activations = [.. Enumerable.Range(0, rows * shape.Depth).Select(_ => (random.NextSingle() - 0.5f) * 10)];
        }

        public Given(Given other, int row)
        {
            (_shape, _rows, Codes, Scales) = (other._shape, 1, other.Codes, other.Scales);
            Activations = other.Activations[(row * _shape.Depth)..((row + 1) * _shape.Depth)];
        }

        public byte[] Codes { get; }

        public float[] Scales { get; }

        public float[] Activations { get; }

        /// <summary>The product, and the sum of its terms' magnitudes.</summary>
        public (double Value, double Size) Expected(int row, int column)
        {
            var (value, size) = (0.0, 0.0);
            for (var block = 0; block < _shape.Blocks; block++)
            {
                var (first, end) = (block * _shape.Block, Math.Min(_shape.Depth, (block + 1) * _shape.Block));
                var values = Activations.AsSpan((row * _shape.Depth) + first, end - first).ToArray();
                var largest = values.Max(MathF.Abs);
                for (var k = first; k < end; k++)
                {
                    var rounded = largest == 0 ? 0 : (double)MathF.Round(values[k - first] * (127 / largest)) * (largest / 127);
                    var term = rounded * Weight(column, k) * Scales[(column * _shape.Blocks) + block];
                    (value, size) = (value + term, size + Math.Abs(term));
                }
            }

            return (value, size);
        }

        /// <summary>What every way of computing it gives: shape (rows, N) each.</summary>
        public List<float[]> Products()
        {
            using var weights = new PackedWeights(_shape, Codes, Scales);
            List<float[]> all = [Product<PortableProducts>(weights)];
            if (PairProducts.IsSupported && _shape.Bits == 4) all.Add(Product<PairProducts, FourBits>(weights));
            if (SignedPairProducts.IsSupported && _shape.Bits == 8) all.Add(Product<SignedPairProducts, EightBits>(weights));
            if (VnniProducts.IsSupported) all.Add(Product<VnniProducts>(weights));
            return all;
        }

        private int Weight(int column, int k) => _shape.Bits == 8
            ? Codes[(column * _shape.PaddedDepth) + k] - 128
            : ((Codes[((column * _shape.PaddedDepth) + k) / 2] >> (4 * (k % 2))) & 15) - 8;

        private float[] Product<TProducts>(PackedWeights weights)
            where TProducts : struct, IByteProducts => _shape.Bits == 8 ? Product<TProducts, EightBits>(weights) : Product<TProducts, FourBits>(weights);

        private float[] Product<TProducts, TCodes>(PackedWeights weights)
            where TProducts : struct, IByteProducts
            where TCodes : struct, IWeightCodes
        {
            NativeBuffer? memory = null;
            var activations = new ActivationCodes(_shape, _rows, ref memory);
            var output = new float[_rows * _shape.Columns];
            fixed (float* values = Activations, result = output)
            {
                for (var row = 0; row < _rows; row++) activations.Write(row, values + (row * _shape.Depth), TCodes.Zero - TProducts.TakenOff);
                var product = new BlockProduct(activations, weights.Address, result);
                for (var panel = 0; panel < _shape.Panels; panel++) BlockProduct.Run<TProducts, TCodes>(product, panel);
            }

            memory!.Dispose();
            return output;
        }
    }
}
