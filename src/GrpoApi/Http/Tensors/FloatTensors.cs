using Grpo.Engines.Weights;

namespace GrpoApi.Http.Tensors;

/// <summary>Reads float tensors as doubles, and masks.</summary>
internal static class FloatTensors
{
    /// <summary>Refuses element types but F32 and F64.</summary>
    /// <exception cref="SafetensorsException">It is another one.</exception>
    public static TensorEntry RequireFloats(this TensorEntry tensor) => tensor.Dtype is SafetensorsDtype.F32 or SafetensorsDtype.F64
        ? tensor
        : throw new SafetensorsException(tensor.Name, $"Must be F32 or F64, not {tensor.Dtype.NameOf()}.");

    /// <summary>Refuses another shape.</summary>
    /// <exception cref="SafetensorsException">The shape is another one.</exception>
    public static TensorEntry RequireShape(this TensorEntry tensor, params ReadOnlySpan<long> shape) => tensor.Shape.SequenceEqual(shape.ToArray())
        ? tensor
        : throw new SafetensorsException(tensor.Name, $"Has the shape {tensor.ShapeText}; {TensorEntry.TextOf(shape.ToArray())} is needed.");

    /// <summary>One row of a matrix, shape (T); of a vector, one element.</summary>
    public static double[] Row(this SafetensorsFile file, TensorEntry tensor, int row)
    {
        var width = tensor.Shape.Count == 1 ? 1 : (int)tensor.Shape[1];
        if (tensor.Dtype == SafetensorsDtype.F64) return file.Values<double>(tensor).Slice(row * width, width).ToArray();
        var singles = file.Values<float>(tensor).Slice(row * width, width);
        var doubles = new double[width];
        for (var t = 0; t < width; t++) doubles[t] = singles[t];
        return doubles;
    }

    /// <summary>One row of a mask, shape (T).</summary>
    public static double[] MaskRow(this SafetensorsFile file, TensorEntry mask, int row)
    {
        var width = (int)mask.Shape[1];
        var bytes = file.Values<byte>(mask).Slice(row * width, width);
        var values = new double[width];
        for (var t = 0; t < width; t++) values[t] = bytes[t];
        return values;
    }
}
