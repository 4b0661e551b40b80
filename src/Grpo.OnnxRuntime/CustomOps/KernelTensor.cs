using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime.CustomOps;

/// <summary>A tensor of a running node. Valid during the call that handed it out.</summary>
public readonly unsafe ref struct KernelTensor
{
    private readonly nint _value;

    internal KernelTensor(nint value)
    {
        _value = value;
        nint data;
        OrtStatus.Check(OrtApi.Instance->GetTensorMutableData(value, &data));
        Data = data;
    }

    /// <summary>Address of the first element; 0 when the node leaves this input out.</summary>
    public nint Data { get; }

    /// <summary>Writes the length of each axis.</summary>
    /// <param name="shape">Where to; at least as long as the tensor has axes.</param>
    /// <returns>The number of axes.</returns>
    /// <exception cref="ArgumentException">The tensor has more axes.</exception>
    public int GetShape(Span<long> shape)
    {
        nint info;
        OrtStatus.Check(OrtApi.Instance->GetTensorTypeAndShape(_value, &info));
        try
        {
            nuint rank;
            OrtStatus.Check(OrtApi.Instance->GetDimensionsCount(info, &rank));
            if ((int)rank > shape.Length)
                throw new ArgumentException($"The tensor has {rank} axes, more than {shape.Length}.", nameof(shape));
            fixed (long* dimensions = shape)
                OrtStatus.Check(OrtApi.Instance->GetDimensions(info, dimensions, rank));
            return (int)rank;
        }
        finally
        {
            OrtApi.Instance->ReleaseTensorTypeAndShapeInfo(info);
        }
    }
}
