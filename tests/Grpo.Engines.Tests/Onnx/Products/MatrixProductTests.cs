using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Products;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Tests.Onnx.Products;

/// <summary>Products of float32 matrices against float64, in every width of register that this processor has.</summary>
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int, bool> Shapes => new()
    {
        // K, N, rows, whether the parameter is (N, K)
        { 1, 1, 1, false },
        { 7, 32, 8, false },
        { 64, 33, 3, false },
        { 30, 50, 7, true },
        { 64, 33, 19, true },
        { 129, 64, 16, true },
        { 20, 70, 150, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_product_is_right_and_a_row_has_the_same_bits_alone(int depth, int columns, int rows, bool transposed)
    {
        var random = new Random(depth + columns);
        float[] matrix = [.. Enumerable.Range(0, depth * columns).Select(_ => random.NextSingle() - 0.5f)];
        float[] activations = [.. Enumerable.Range(0, rows * depth).Select(_ => random.NextSingle() - 0.5f)];
        var shape = new MatrixShape("w", depth, columns, transposed);

        var all = Products(shape, matrix, activations, rows);

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var expected = Enumerable.Range(0, depth).Sum(k => (double)activations[(row * depth) + k] * matrix[transposed ? (column * depth) + k : (k * columns) + column]);
                Assert.All(all, product => Assert.Equal(expected, product[(row * columns) + column], 1e-5));
            }

            var alone = Products(shape, matrix, activations[(row * depth)..((row + 1) * depth)], 1);
            Assert.All(all.Zip(alone), pair => Assert.Equal(pair.First[(row * columns)..((row + 1) * columns)], pair.Second));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_gated_product_is_the_gate_of_its_two_products_bit_by_bit(int depth, int columns, int rows, bool transposed)
    {
        var random = new Random(depth + columns);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var (gate, up, activations, shape) = (Values(depth * columns), Values(depth * columns), Values(rows * depth), new MatrixShape("w", depth, columns, transposed));

        Check<Lanes128, Vector128<float>>();
        if (Lanes256.IsSupported) Check<Lanes256, Vector256<float>>();
        if (Lanes512.IsSupported) Check<Lanes512, Vector512<float>>();

        void Check<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            float[] gates = Product<TLanes, TVector>(shape, gate, activations, rows), ups = Product<TLanes, TVector>(shape, up, activations, rows);
            float[] expected = new float[rows * columns], ours = new float[rows * columns];
            fixed (float* g = gates, u = ups, e = expected) SwiGlu<TLanes, TVector>.Run(g, u, e, expected.Length);
            fixed (float* g = Packed<TLanes, TVector>(shape, gate), u = Packed<TLanes, TVector>(shape, up), values = activations, output = ours)
            {
                var product = new GatedProduct<TLanes, TVector>(
                    new MatrixProduct<TLanes, TVector>(values, rows, g, depth, columns, null), new MatrixProduct<TLanes, TVector>(values, rows, u, depth, columns, null), output);
                product.Run(0, MatrixProduct<TLanes, TVector>.PanelsOf(columns));
            }

            Assert.Equal(expected, ours);
        }
    }

    private static List<float[]> Products(MatrixShape shape, float[] matrix, float[] activations, int rows)
    {
        List<float[]> all = [Product<Lanes128, Vector128<float>>(shape, matrix, activations, rows)];
        if (Lanes256.IsSupported) all.Add(Product<Lanes256, Vector256<float>>(shape, matrix, activations, rows));
        if (Lanes512.IsSupported) all.Add(Product<Lanes512, Vector512<float>>(shape, matrix, activations, rows));
        return all;
    }

    private static float[] Product<TLanes, TVector>(MatrixShape shape, float[] matrix, float[] activations, int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var output = new float[rows * shape.Columns];
        fixed (float* packed = Packed<TLanes, TVector>(shape, matrix), values = activations, result = output)
        {
            var product = new MatrixProduct<TLanes, TVector>(values, rows, packed, shape.Depth, shape.Columns, result);
            product.Run(0, MatrixProduct<TLanes, TVector>.PanelsOf(shape.Columns));
        }

        return output;
    }

    private static float[] Packed<TLanes, TVector>(MatrixShape shape, float[] matrix)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var panel = MatrixProduct<TLanes, TVector>.PanelColumns;
        var packed = new float[PackedMatrices.Bytes(shape.Depth, shape.Columns, panel) / sizeof(float)];
        fixed (float* source = matrix, target = packed) PackedMatrices.Pack(shape, source, target, panel);
        return packed;
    }
}
