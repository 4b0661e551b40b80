using System.Runtime.InteropServices;
using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>A tensor: elements of one type, row-major, in CPU or device memory.</summary>
/// <remarks>A binding keeps the tensors bound to it alive itself; disposing an OrtValue afterwards is safe.</remarks>
public sealed unsafe class OrtValue : IDisposable
{
    private TensorElementType? _elementType;
    private long[]? _shape;

    internal OrtValue(nint value, OrtHandle? allocator = null) => Handle = new(value, OrtApi.Instance->ReleaseValue, allocator);

    /// <summary>What the elements are.</summary>
    public TensorElementType ElementType
    {
        get
        {
            ReadTypeAndShape();
            return _elementType!.Value;
        }
    }

    /// <summary>The length of each axis; empty for a scalar. The same array at every call: do not write to it.</summary>
    public long[] Shape
    {
        get
        {
            ReadTypeAndShape();
            return _shape!;
        }
    }

    /// <summary>The number of elements.</summary>
    public long ElementCount
    {
        get
        {
            var count = 1L;
            foreach (var length in Shape)
                count *= length;
            return count;
        }
    }

    /// <summary>Address of the first element, in whatever memory the tensor lives. Valid until the tensor is disposed.</summary>
    public nint DataPointer
    {
        get
        {
            using var value = Handle.Use();
            nint data;
            OrtStatus.Check(OrtApi.Instance->GetTensorMutableData(value.Value, &data));
            return data;
        }
    }

    internal OrtHandle Handle { get; }

    /// <summary>A tensor in CPU memory of its own, not cleared.</summary>
    /// <exception cref="OnnxRuntimeException">A negative length, or not enough memory.</exception>
    public static OrtValue CreateAllocatedTensor(TensorElementType elementType, ReadOnlySpan<long> shape) =>
        CreateAllocatedTensor(OrtAllocator.DefaultInstance, elementType, shape);

    /// <summary>A tensor in memory of its own from <paramref name="allocator"/>, not cleared.</summary>
    /// <exception cref="OnnxRuntimeException">A negative length, or not enough memory.</exception>
    public static OrtValue CreateAllocatedTensor(OrtAllocator allocator, TensorElementType elementType, ReadOnlySpan<long> shape)
    {
        using var lease = allocator.Handle is null ? default : allocator.Handle.Use();
        nint value;
        fixed (long* dimensions = shape)
        {
            OrtStatus.Check(OrtApi.Instance->CreateTensorAsOrtValue(
                allocator.Pointer, dimensions, (nuint)shape.Length, elementType, &value));
        }

        return new(value, allocator.Handle); // The tensor frees its memory through the allocator.
    }

    /// <summary>A tensor over memory of the caller.</summary>
    /// <param name="memoryInfo">Where <paramref name="data"/> points to.</param>
    /// <param name="elementType">What the elements are.</param>
    /// <param name="shape">The length of each axis.</param>
    /// <param name="data">Address of the first element. Native or pinned; it must stay valid until the tensor is disposed and every
    /// binding it was bound to has been cleared or disposed: nothing copies it.</param>
    /// <param name="bytes">Bytes available at <paramref name="data"/>; may be more than the shape needs.</param>
    /// <exception cref="OnnxRuntimeException">A negative length, or fewer bytes than the shape needs.</exception>
    public static OrtValue CreateTensorWithData(
        OrtMemoryInfo memoryInfo, TensorElementType elementType, ReadOnlySpan<long> shape, nint data, long bytes) =>
        new(CreateNativeTensorWithData(memoryInfo, elementType, shape, data, bytes));

    /// <summary>The elements, to read.</summary>
    /// <exception cref="InvalidOperationException">The tensor does not hold <typeparamref name="T"/>, or is not in CPU memory.</exception>
    public ReadOnlySpan<T> GetTensorDataAsSpan<T>()
        where T : unmanaged => GetTensorMutableDataAsSpan<T>();

    /// <summary>The elements, to read and write. The span must not be used after the tensor is disposed.</summary>
    /// <exception cref="InvalidOperationException">The tensor does not hold <typeparamref name="T"/>, or is not in CPU memory.</exception>
    public Span<T> GetTensorMutableDataAsSpan<T>()
        where T : unmanaged => ElementType.Holds<T>()
        ? MemoryMarshal.Cast<byte, T>(GetTensorMutableRawData())
        : throw new InvalidOperationException($"The tensor holds {ElementType}, which cannot be read as {typeof(T).Name}.");

    /// <summary>The bytes of all elements. The span must not be used after the tensor is disposed.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not in CPU memory.</exception>
    /// <exception cref="OverflowException">More bytes than a span can hold (2 GiB); use <see cref="DataPointer"/>.</exception>
    public Span<byte> GetTensorMutableRawData()
    {
        var bytes = checked((int)(ElementCount * ElementType.SizeInBytes()));
        RequireCpuMemory();
        return new((void*)DataPointer, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    internal static nint CreateNativeTensorWithData(
        OrtMemoryInfo memoryInfo, TensorElementType elementType, ReadOnlySpan<long> shape, nint data, long bytes)
    {
        using var place = memoryInfo.Handle.Use();
        nint value;
        fixed (long* dimensions = shape)
        {
            OrtStatus.Check(OrtApi.Instance->CreateTensorWithDataAsOrtValue(
                place.Value, data, (nuint)bytes, dimensions, (nuint)shape.Length, elementType, &value));
        }

        return value;
    }

    private void ReadTypeAndShape()
    {
        if (_shape is not null)
            return;
        using var value = Handle.Use();
        nint typeAndShape;
        OrtStatus.Check(OrtApi.Instance->GetTensorTypeAndShape(value.Value, &typeAndShape));
        using var info = new OrtHandle(typeAndShape, OrtApi.Instance->ReleaseTensorTypeAndShapeInfo);
        _elementType = TensorTypeAndShape.ElementType(typeAndShape);
        _shape = TensorTypeAndShape.Dimensions(typeAndShape);
    }

    private void RequireCpuMemory()
    {
        using var value = Handle.Use();
        nint place; // Borrowed from the value.
        int device;
        OrtStatus.Check(OrtApi.Instance->GetTensorMemoryInfo(value.Value, &place));
        OrtApi.Instance->MemoryInfoGetDeviceType(place, &device);
        if (device != 0)
            throw new InvalidOperationException("The tensor is in device memory; bind the output to a CPU tensor to read it.");
    }
}
