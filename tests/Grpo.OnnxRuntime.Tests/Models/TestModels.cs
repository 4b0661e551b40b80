namespace Grpo.OnnxRuntime.Tests.Models;

/// <summary>The graphs the tests run.</summary>
internal static class TestModels
{
    /// <summary>y (n, 2) = x (n, 3) · W (3, 2) + b (2), with W = [[1, 2], [3, 4], [5, 6]] and b = [10, 20].</summary>
    public static byte[] Linear { get; } = new OnnxModel()
        .Input("x", TensorElementType.Float, "n", 3)
        .Output("y", TensorElementType.Float, "n", 2)
        .Weight("W", [3, 2], [1, 2, 3, 4, 5, 6])
        .Weight("b", [2], [10, 20])
        .Node("MatMul", ["x", "W"], "xW")
        .Node("Add", ["xW", "b"], "y")
        .ToBytes();

    /// <summary>Two inputs and two outputs whose names are in no alphabetical order.</summary>
    public static byte[] SumAndDifference { get; } = new OnnxModel()
        .Input("right", TensorElementType.Int64, "batch", "time", 4)
        .Input("left", TensorElementType.Int64, "batch", "time", 4)
        .Output("sum", TensorElementType.Int64, "batch", "time", 4)
        .Output("difference", TensorElementType.Int64, "batch", "time", 4)
        .Node("Add", ["left", "right"], "sum")
        .Node("Sub", ["left", "right"], "difference")
        .ToBytes();

    /// <summary>y = x for any element type.</summary>
    public static byte[] Identity(TensorElementType type) => new OnnxModel()
        .Input("x", type, "n")
        .Output("y", type, "n")
        .Node("Identity", ["x"], "y")
        .ToBytes();

    /// <summary>
    /// y (1, size) = x (1, size) · Wᵀ, W (size, size) in the file "weights.bin" after <paramref name="offset"/> bytes. The optimiser folds
    /// the transposition into a new constant when the model is loaded.
    /// </summary>
    public static byte[] TransposedExternal(long size, long offset = 0) => new OnnxModel()
        .Input("x", TensorElementType.Float, 1, size)
        .Output("y", TensorElementType.Float, 1, size)
        .ExternalWeight("W", [size, size], "weights.bin", offset)
        .Node("Transpose", ["W"], "WT")
        .Node("MatMul", ["x", "WT"], "y")
        .ToBytes();
}
