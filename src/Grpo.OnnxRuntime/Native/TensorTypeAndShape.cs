using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>Reads a native <c>OrtTensorTypeAndShapeInfo</c>.</summary>
internal static unsafe class TensorTypeAndShape
{
    public static TensorElementType ElementType(nint info)
    {
        TensorElementType type;
        OrtStatus.Check(OrtApi.Instance->GetTensorElementType(info, &type));
        return type;
    }

    /// <summary>The dimensions, -1 where symbolic.</summary>
    public static long[] Dimensions(nint info)
    {
        var dimensions = new long[Rank(info)];
        fixed (long* pointer = dimensions)
            OrtStatus.Check(OrtApi.Instance->GetDimensions(info, pointer, (nuint)dimensions.Length));
        return dimensions;
    }

    /// <summary>The name of each symbolic dimension, empty where the dimension is a number or has no name.</summary>
    public static string[] SymbolicDimensions(nint info)
    {
        var rank = Rank(info);
        var names = stackalloc byte*[rank];
        OrtStatus.Check(OrtApi.Instance->GetSymbolicDimensions(info, names, (nuint)rank));
        var result = new string[rank];
        for (var axis = 0; axis < rank; axis++)
            result[axis] = Marshal.PtrToStringUTF8((nint)names[axis]) ?? "";
        return result;
    }

    private static int Rank(nint info)
    {
        nuint rank;
        OrtStatus.Check(OrtApi.Instance->GetDimensionsCount(info, &rank));
        return (int)rank;
    }
}
