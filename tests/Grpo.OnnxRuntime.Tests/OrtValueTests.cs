using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

public sealed class OrtValueTests
{
    [Fact]
    public void An_allocated_tensor_knows_its_shape_and_type()
    {
        using var tensor = OrtValue.CreateAllocatedTensor(TensorElementType.Float16, [2, 0, 3]);
        Assert.Equal([2, 0, 3], tensor.Shape);
        Assert.Equal(TensorElementType.Float16, tensor.ElementType);
        Assert.Equal(0, tensor.ElementCount);
        Assert.True(tensor.GetTensorDataAsSpan<Half>().IsEmpty);
    }

    [Fact]
    public void A_scalar_has_no_axes_and_one_element()
    {
        using var scalar = OrtValue.CreateAllocatedTensor(TensorElementType.Int64, []);
        scalar.GetTensorMutableDataAsSpan<long>()[0] = 7;
        Assert.Empty(scalar.Shape);
        Assert.Equal([7], scalar.GetTensorDataAsSpan<long>().ToArray());
    }

    [Fact]
    public void A_tensor_over_the_callers_memory_is_that_memory()
    {
        using var memory = new NativeFloats(4, value: 0);
        using var tensor = memory.Tensor(2, 2);
        memory.Span[3] = 42;
        Assert.Equal(memory.Address, tensor.DataPointer);
        Assert.Equal([0f, 0f, 0f, 42f], tensor.Floats());
        Assert.Equal(16, tensor.GetTensorMutableRawData().Length);
    }

    [Fact]
    public void Every_element_type_goes_through_a_model_unchanged()
    {
        RoundTrip<float>(TensorElementType.Float, [1, -2]);
        RoundTrip<double>(TensorElementType.Double, [1, -2]);
        RoundTrip<Half>(TensorElementType.Float16, [(Half)1.5, (Half)(-2)]);
        RoundTrip<ushort>(TensorElementType.BFloat16, [0x3F80, 0xC000]);
        RoundTrip<bool>(TensorElementType.Bool, [true, false]);
        RoundTrip<sbyte>(TensorElementType.Int8, [1, -2]);
        RoundTrip<byte>(TensorElementType.UInt8, [1, 255]);
        RoundTrip<short>(TensorElementType.Int16, [1, -2]);
        RoundTrip<ushort>(TensorElementType.UInt16, [1, 65535]);
        RoundTrip<int>(TensorElementType.Int32, [1, -2]);
        RoundTrip<uint>(TensorElementType.UInt32, [1, uint.MaxValue]);
        RoundTrip<long>(TensorElementType.Int64, [1, -2]);
        RoundTrip<ulong>(TensorElementType.UInt64, [1, ulong.MaxValue]);
    }

    [Fact]
    public void Reading_as_another_type_is_refused()
    {
        using var tensor = OrtValue.CreateAllocatedTensor(TensorElementType.Float16, [2]);
        var error = Assert.Throws<InvalidOperationException>(() => tensor.GetTensorDataAsSpan<float>().Length);
        Assert.Equal("The tensor holds Float16, which cannot be read as Single.", error.Message);
        Assert.Throws<InvalidOperationException>(() => tensor.GetTensorMutableDataAsSpan<ushort>().Length);
    }

    [Fact]
    public void Text_has_no_bytes_to_read()
    {
        using var tensor = OrtValue.CreateAllocatedTensor(TensorElementType.String, [2]);
        Assert.Throws<NotSupportedException>(() => tensor.GetTensorMutableRawData().Length);
    }

    [Fact]
    public void A_negative_length_is_an_error() =>
        Assert.Throws<OnnxRuntimeException>(() => OrtValue.CreateAllocatedTensor(TensorElementType.Float, [-1]));

    [Fact]
    public void Less_memory_than_the_shape_needs_is_an_error() => Assert.Throws<OnnxRuntimeException>(() =>
        OrtValue.CreateTensorWithData(OrtMemoryInfo.Cpu, TensorElementType.Float, [4], data: 4096, bytes: 15));

    [Fact]
    public void A_tensor_keeps_the_session_allocator_it_came_from_alive()
    {
        using var options = new SessionOptions();
        var session = new InferenceSession(TestModels.Linear, options);
        var allocator = new OrtAllocator(session, OrtMemoryInfo.Cpu);
        using var tensor = OrtValue.CreateAllocatedTensor(allocator, TensorElementType.Float, [3]);
        allocator.Dispose();
        session.Dispose();
        tensor.GetTensorMutableDataAsSpan<float>().Fill(1);
        Assert.Equal([1f, 1f, 1f], tensor.Floats());
    }

    [Fact]
    public void An_unknown_kind_of_memory_is_an_error() => Assert.Throws<OnnxRuntimeException>(() =>
        new OrtMemoryInfo("Abacus", OrtAllocatorType.Device, 0, OrtMemType.Default));

    private static void RoundTrip<T>(TensorElementType type, T[] values)
        where T : unmanaged
    {
        using var options = new SessionOptions();
        using var session = new InferenceSession(TestModels.Identity(type), options);
        using var x = OrtValue.CreateAllocatedTensor(type, [values.Length]);
        values.CopyTo(x.GetTensorMutableDataAsSpan<T>());
        using var y = session.Run(null, ["x"], [x], ["y"])[0];
        Assert.Equal(type, y.ElementType);
        Assert.Equal(values, y.GetTensorDataAsSpan<T>().ToArray());
    }
}
