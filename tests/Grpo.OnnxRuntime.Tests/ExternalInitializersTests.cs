using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

/// <summary>
/// Replacing weights that the optimiser folds away: y = x · Wᵀ with x all ones gives the row sums of W, so a W filled with v gives size · v.
/// Both sizes matter: ONNX Runtime treats tensors below 128 bytes differently.
/// </summary>
public sealed class ExternalInitializersTests
{
    [Theory]
    [InlineData(4, GraphOptimizationLevel.DisableAll)]
    [InlineData(4, GraphOptimizationLevel.EnableAll)]
    [InlineData(64, GraphOptimizationLevel.DisableAll)]
    [InlineData(64, GraphOptimizationLevel.EnableAll)]
    public void Tensors_given_by_name_replace_the_weights_before_optimisation(int size, GraphOptimizationLevel level)
    {
        var model = TestModels.TransposedExternal(size);
        foreach (var value in (float[])[2, 3])
        {
            using var memory = new NativeFloats(size * size, value);
            using var options = new SessionOptions { GraphOptimizationLevel = level };
            using (var weight = memory.Tensor(size, size))
                options.AddExternalInitializers(["W"], [weight]);
            using var session = new InferenceSession(model, options);
            Assert.Equal(size * value, RunOnes(session, size));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    public void Files_given_in_memory_replace_the_weights_before_optimisation(int size)
    {
        const int header = 4;
        using var file = new NativeFloats(header + (size * size), value: 99);
        file.Span[header..].Fill(5);
        using var options = new SessionOptions();
        options.AddExternalInitializersFromFilesInMemory([new("weights.bin", file.Address, file.Bytes)]);
        using var session = new InferenceSession(TestModels.TransposedExternal(size, header * sizeof(float)), options);
        file.Fill(99);
        Assert.Equal(size * 5f, RunOnes(session, size));
    }

    [Theory]
    [InlineData(4, GraphOptimizationLevel.DisableAll)]
    [InlineData(4, GraphOptimizationLevel.EnableAll)]
    [InlineData(64, GraphOptimizationLevel.DisableAll)]
    [InlineData(64, GraphOptimizationLevel.EnableAll)]
    public void A_session_does_not_read_the_given_memory_after_it_was_created(int size, GraphOptimizationLevel level)
    {
        using var memory = new NativeFloats(size * size, value: 2);
        using var weight = memory.Tensor(size, size);
        using var options = new SessionOptions { GraphOptimizationLevel = level };
        options.AddExternalInitializers(["W"], [weight]);
        using var session = new InferenceSession(TestModels.TransposedExternal(size), options);
        memory.Fill(99);
        Assert.Equal(size * 2f, RunOnes(session, size));
    }

    [Fact]
    public void Without_its_external_file_a_model_does_not_load()
    {
        using var options = new SessionOptions();
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(TestModels.TransposedExternal(4), options));
    }

    [Fact]
    public void A_wrong_shape_is_refused_when_the_session_is_created() =>
        Assert.Contains("dimensions do not match", CreationError("W", TensorElementType.Float, [8, 8]).Message);

    [Fact]
    public void A_wrong_element_type_is_refused_when_the_session_is_created() =>
        Assert.Contains("type", CreationError("W", TensorElementType.Int32, [4, 4]).Message);

    [Fact]
    public void An_unknown_name_is_refused_when_the_session_is_created() =>
        Assert.Contains("Q", CreationError("Q", TensorElementType.Float, [4, 4]).Message);

    [Fact]
    public void A_tensor_that_owns_its_memory_is_refused()
    {
        using var options = new SessionOptions();
        using var weight = OrtValue.CreateAllocatedTensor(TensorElementType.Float, [4, 4]);
        Assert.Contains(
            "owned by the user", Assert.Throws<OnnxRuntimeException>(() => options.AddExternalInitializers(["W"], [weight])).Message);
    }

    [Fact]
    public void A_file_that_is_too_short_is_refused_when_the_session_is_created()
    {
        using var file = new NativeFloats(4, value: 1);
        using var options = new SessionOptions();
        options.AddExternalInitializersFromFilesInMemory([new("weights.bin", file.Address, file.Bytes)]);
        var error = Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(TestModels.TransposedExternal(4), options));
        Assert.Contains("out of bounds", error.Message);
    }

    [Fact]
    public void Different_numbers_of_names_and_values_are_refused()
    {
        using var options = new SessionOptions();
        Assert.Throws<ArgumentException>(() => options.AddExternalInitializers(["W"], []));
    }

    private static OnnxRuntimeException CreationError(string name, TensorElementType type, long[] shape)
    {
        using var memory = new NativeFloats(64, value: 1);
        using var weight = OrtValue.CreateTensorWithData(OrtMemoryInfo.Cpu, type, shape, memory.Address, memory.Bytes);
        using var options = new SessionOptions();
        options.AddExternalInitializers([name], [weight]);
        return Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(TestModels.TransposedExternal(4), options));
    }

    private static float RunOnes(InferenceSession session, int size)
    {
        using var ones = new NativeFloats(size, value: 1);
        using var x = ones.Tensor(1, size);
        using var y = session.Run(null, ["x"], [x], ["y"])[0];
        return y.Floats().Distinct().Single();
    }
}
